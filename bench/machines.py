"""What a site on many machines needs beside servers and databases: Redis, and a proxy in front."""

import shutil
import subprocess
import sys
from pathlib import Path

from bench.fire.sites import Site, listening, wait_until

PATIENCE = 60.0  # seconds for anything to start on a loaded machine

HAPROXY = """
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    option redispatch
frontend all
    bind 127.0.0.1:{port}
    option forwardfor
    http-request set-header X-Forwarded-Proto http
    default_backend sites
backend sites
    balance roundrobin
    option httpchk
    http-check send meth GET uri /healthz ver HTTP/1.1 hdr Host 127.0.0.1
{servers}
"""


class Service:
    """A program that listens at ``port`` until it is stopped. ``folder`` takes its log."""

    def __init__(self, folder: Path, name: str, *words: str, port: int) -> None:
        log = folder / f"{name}.log"
        with log.open("a") as file:
            self.process = subprocess.Popen(
                [program(name), *words],
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=file,
                process_group=0,
            )
        wait_until(lambda: listening(port) or self.process.poll() is not None, seconds=PATIENCE)
        if self.process.poll() is not None or not listening(port):
            self.stop()
            raise RuntimeError(f"{name} does not come up: {log.read_text()[-2000:]}")

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def redis(folder: Path, *, port: int) -> Service:
    words = ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    return Service(folder, "redis-server", "--port", str(port), *words, port=port)


def proxy(folder: Path, *, sites: list[Site], port: int) -> Service:
    servers = [f"    server site_{site.port} 127.0.0.1:{site.port} check inter 1s" for site in sites]
    config = folder / "haproxy.cfg"
    config.write_text(HAPROXY.format(port=port, servers="\n".join(servers)))
    return Service(folder, "haproxy", "-db", "-f", str(config), port=port)


def program(name: str) -> str:
    """Where it is: in the path, or among what administrators run."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        sys.exit(f"{name} is missing. On Debian: apt-get install postgresql redis-server haproxy")
    return found
