"""The supervisor with real engines and processes of a few lines each, for tests of the supervisor.

    python -m tests.embedded.small_product [URL variable of an engine to embed …]

VAR_DIR and PORT come from the environment. The site answers with its process id.
"""

import os
import sys
from pathlib import Path

from shortener_project.embedded.commands import Command
from shortener_project.embedded.errors import EngineError, StartError
from shortener_project.embedded.services import Phase, Service
from shortener_project.embedded.supervisor import Plan, Supervisor

SITE = """
import http.server, os, signal, socket, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = str(os.getpid()).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_):
        pass
class Server(http.server.HTTPServer):
    address_family = socket.AF_INET6
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
server = Server(("", 0), Handler, bind_and_activate=False)
server.socket = socket.socket(fileno=int(sys.argv[1]))
print("\\x1b[2Jsite is up")
server.serve_forever()
"""
CARRIER = """
import pathlib, signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("carrying")
try:
    time.sleep(600)
finally:
    time.sleep(0.3)
    pathlib.Path(sys.argv[1]).write_text("done")
"""
STUBBORN = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(600)
"""


def main() -> None:
    var_dir = Path(os.environ["VAR_DIR"]).absolute()
    port = int(os.environ["PORT"])

    def services(listener: int) -> list[Service]:
        site = Command([sys.executable, "-c", SITE, str(listener)], descriptors=(listener,))
        carrier = Command([sys.executable, "-c", CARRIER, str(var_dir / "carried")])
        stubborn = [Service("stubborn", Command([sys.executable, "-c", STUBBORN]), Phase.CONSUMERS)]
        return [
            Service("site", site, Phase.SITE),
            Service("carrier", carrier, Phase.CARRIERS, is_late=True),
            *(stubborn if os.environ.get("STUBBORN") else []),
        ]

    plan = Plan(
        var_dir=var_dir,
        port=port,
        public_url=f"http://localhost:{port}",
        embedded=sys.argv[1:],
        configured={},
        prepare=Command([sys.executable, "-c", "print('prepared')"]),
        services=services,
    )
    try:
        Supervisor(plan).run()
    except (StartError, EngineError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
