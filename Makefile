# Every target works from a fresh clone. The work is done by the short scripts in bin/.
.DEFAULT_GOAL := help
.PHONY: help run test check bench soak servers fuzz setup lock

help:  ## say what can be made
	@echo 'Colloquy: threaded research discussion. What can be made:'
	@echo
	@sed -n 's/^\([a-z]*\):  ## /  make \1 \t/p' Makefile | expand -t 16
	@echo
	@echo 'PORT (8000) and DATABASE_URL (SQLite under var/) are honoured by all; docs/settings.md has the rest.'

run:  ## set everything up, load a demonstration, serve on http://127.0.0.1:8000
	@bin/run

test:  ## make check, then every test on SQLite, and on PostgreSQL those of the database
	@bin/test

check:  ## format, lint, types, migrations, a production configuration
	@bin/check

bench:  ## measure what rendering and reading cost on this machine
	@bin/bench

soak:  ## writers and readers at once, and kill -9 in the middle of them, for a quarter of an hour
	@bin/soak

servers:  ## a site on many machines, all of them this one: does it stay whole when the databases die?
	@bin/servers

fuzz:  ## look for texts that cost the renderer too much, for five minutes
	@bin/fuzz

setup:  ## the environment alone, with the tools for testing, in .venv/
	@bin/setup dev

lock:  ## renew the files of locked versions from pyproject.toml
	@bin/lock
