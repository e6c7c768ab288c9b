#!/usr/bin/env python
"""The command line of the site: ``manage.py help`` lists what it can do."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "forum.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured  # noqa: PLC0415 - what is missing is said below
        from django.core.management import execute_from_command_line  # noqa: PLC0415
    except ImportError:
        sys.exit("Django is not installed here. Run `make setup`, then `.venv/bin/python manage.py …`.")
    try:
        execute_from_command_line(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
    except ImproperlyConfigured as fault:
        sys.exit(f"Colloquy cannot start: {fault}")


if __name__ == "__main__":
    main()
