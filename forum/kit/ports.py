"""Whether a server could listen at a port. ``python -m forum.kit.ports PORT`` asks before anything is installed."""

import errno
import socket
import sys


def trouble_with_port(port: int, host: str = "127.0.0.1") -> str:
    """Why nobody can listen at ``port`` now, as a sentence; empty when somebody can.

    The server itself would not notice: it shares its port among its processes (SO_REUSEPORT), so two servers of one
    person would take turns in answering.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port is free while old connections fade
        try:
            attempt.bind((host, port))
        except PermissionError:
            return f"Port {port} is not for everybody to listen at. Choose one from 1024 on: make run PORT=8001"
        except OSError as fault:
            if fault.errno == errno.EADDRINUSE:
                return f"Port {port} is taken by another program. Choose another one: make run PORT={port % 60000 + 1}"
            return f"Nobody can listen at {host}, port {port}: {fault.strerror}."
    return ""


if __name__ == "__main__" and sys.argv[1].isdigit() and 0 < int(sys.argv[1]) < 65536:
    sys.exit(trouble_with_port(int(sys.argv[1])) or 0)  # what is no port is refused by the settings, by name
