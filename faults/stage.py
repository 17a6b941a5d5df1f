"""Where a fault plays: engines, proxies in front of them, redirectors, carriers, and a Django of our own."""

import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from faults.engines import DATABASE, REDIS, Engines
from faults.proxy import Proxy
from faults.servers import ROOT, Redirector, await_port, listen, manage
from shortener_project.embedded.commands import Process
from tests.engines.elasticsearch import Elasticsearch
from tests.engines.kafka import Kafka

# A mistake in a fault must not use up the machine.
MAX_REDIRECTORS = 16
# Where the logs of the last stage can be read.
LOGS = ROOT / "var" / "faults"
# By this name PostgreSQL knows connections of redirectors.
REDIRECTORS = "redirectors"
CARRIERS = ("ship_clicks", "relay_outbox", "consume")


class Stage:
    """A product in processes of its own. `proxies` stand in front of PostgreSQL and of Redis where a
    fault asked for them. All reach Redis through its proxy, but only redirectors PostgreSQL: whoever
    changes links is not held up with them. With `kafka` the bus is there, else on Redis; with `elasticsearch`
    searches are."""

    def __init__(
        self,
        var_dir: Path,
        engines: Engines,
        proxies: dict[str, Proxy],
        listener: socket.socket,
        *,
        kafka: Kafka | None = None,
        elasticsearch: Elasticsearch | None = None,
    ) -> None:
        self.var_dir = var_dir
        self.engines = engines
        self._kafka = kafka
        self._elasticsearch = elasticsearch
        self.proxies = proxies
        self.listener = listener
        self.port: int = listener.getsockname()[1]
        self.host = f"localhost:{self.port}"
        self.environment = self._environment(DATABASE) | {"PGAPPNAME": REDIRECTORS}
        self.own_environment = self._environment()
        self.redirectors: list[Redirector] = []
        self.carriers: dict[str, Process] = {}

    @property
    def kafka(self) -> Kafka:
        """The brokers of a stage that was opened with some."""
        assert self._kafka is not None
        return self._kafka

    @property
    def elasticsearch(self) -> Elasticsearch:
        """The server of a stage that was opened with one."""
        assert self._elasticsearch is not None
        return self._elasticsearch

    def url(self, code: str) -> str:
        return f"http://{self.host}/{code}"

    def add_redirector(
        self, *, own_port: bool = False, bind: int = 0, with_site: bool = False, settings: Mapping[str, str] | None = None
    ) -> Redirector:
        """One more redirector process: on the stage's port, on one of its own, or on one that it shares.
        `settings` are variables of its environment."""
        if len(self.redirectors) >= MAX_REDIRECTORS:
            raise RuntimeError("a stage has no room for more redirectors")
        place = bind or (listen() if own_port else self.listener)
        redirector = Redirector(self.environment | dict(settings or {}), self.log("redirectors"), place, with_site=with_site)
        self.redirectors.append(redirector)
        return redirector

    def remove(self, redirector: Redirector) -> float:
        """End a redirector for good; seconds that it took."""
        self.redirectors.remove(redirector)
        return redirector.end()

    def start_carrier(self, name: str, settings: Mapping[str, str] | None = None) -> Process:
        """Start what carries clicks or events and does not run; `settings` are variables of its environment."""
        self.carriers[name] = manage(self.own_environment | dict(settings or {}), self.log(name), name)
        return self.carriers[name]

    def end_carrier(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """Send a signal to a carrier and wait for its end."""
        carrier = self.carriers[name]
        if carrier.poll() is None:
            carrier.send_signal(number)
        carrier.wait(15)

    def await_redirectors(self) -> None:
        for port in {redirector.port for redirector in self.redirectors}:
            await_port(port)

    def restore(self) -> None:
        """Whatever a fault has done: engines and way to them are there again, two redirectors answer."""
        for proxy in self.proxies.values():
            proxy.up()
        self.engines.restore()
        if self._kafka is not None:
            self._kafka.resume()
            self._kafka.start()
        if self._elasticsearch is not None:
            self._elasticsearch.start()
        for redirector in self.redirectors:
            if redirector.process.poll() is not None:
                redirector.start()
        for name, carrier in list(self.carriers.items()):
            if carrier.poll() is not None:
                self.start_carrier(name)

    def log(self, name: str) -> Path:
        return self.var_dir / "log" / f"{name}.log"

    def _environment(self, *through: str) -> dict[str, str]:
        """What processes find; PostgreSQL is reached through its proxy when `through` names it."""
        urls = self.engines.urls
        database, redis = urls.database, urls.redis
        if DATABASE in through and (proxy := self.proxies.get(DATABASE)):
            parts = urlsplit(database)
            password = quote(unquote(parts.password or ""), safe="")
            database = f"postgres://{parts.username}:{password}@127.0.0.1:{proxy.port}{parts.path}"
        if proxy := self.proxies.get(REDIS):
            redis = f"redis://127.0.0.1:{proxy.port}/0"
        return {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "shortener_project.settings.embedded",
            "VAR_DIR": str(self.var_dir),
            "SPOOL_DIR": str(self.var_dir / "spool"),
            "PORT": str(self.port),
            "PUBLIC_URL": f"http://{self.host}",
            "SHORT_DOMAIN": self.host,
            "DATABASE_URL": database,
            "REDIS_URL": redis,
            "CLICKHOUSE_URL": urls.clickhouse,
            "KAFKA_BOOTSTRAP_SERVERS": ",".join(self._kafka.servers) if self._kafka is not None else "",
            "ELASTICSEARCH_URL": self._elasticsearch.url if self._elasticsearch is not None else "",
            "LOG_LEVEL": "INFO",
            # All load comes from one address.
            "RATE_LIMIT_REDIRECT": "0",
            "RATE_LIMIT_UNKNOWN_CODE": "0",
        }


@contextmanager
def open_stage(
    *, proxied: frozenset[str] = frozenset(), redirectors: int = 2, with_kafka: bool = False, with_elasticsearch: bool = False
) -> Iterator[Stage]:
    """A stage that answers, and a Django in this process that works on its databases.

    One a process: Django keeps the databases that it met first.
    """
    # Told to end, put away what was started.
    signal.signal(signal.SIGTERM, lambda _number, _frame: sys.exit(1))
    var_dir = Path(tempfile.mkdtemp(prefix="shortener-faults-"))
    # PostgreSQL started by root runs as nobody, who has to pass through.
    var_dir.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(_put_away, var_dir)
        engines = Engines(var_dir)
        stack.callback(engines.stop_all)
        engines.start_all()
        proxies = {name: Proxy(_socket_of(engines, name)) for name in proxied}
        for proxy in proxies.values():
            stack.callback(proxy.close)
        kafka = stack.enter_context(_brokers(var_dir)) if with_kafka else None
        elasticsearch = stack.enter_context(_elasticsearch(var_dir)) if with_elasticsearch else None
        stage = Stage(var_dir, engines, proxies, stack.enter_context(listen()), kafka=kafka, elasticsearch=elasticsearch)
        _set_up_django(stage, with_topics=with_kafka)
        stack.callback(_end_carriers, stage)
        for name in CARRIERS:
            stage.start_carrier(name)
        stack.callback(_end_redirectors, stage)
        for _ in range(redirectors):
            stage.add_redirector()
        stage.await_redirectors()
        yield stage
        stage.restore()


@contextmanager
def _brokers(var_dir: Path) -> Iterator[Kafka]:
    kafka = Kafka(var_dir / "kafka")
    try:
        kafka.start()
        yield kafka
    finally:
        kafka.stop()


@contextmanager
def _elasticsearch(var_dir: Path) -> Iterator[Elasticsearch]:
    server = Elasticsearch(var_dir / "elasticsearch")
    try:
        server.start()
        yield server
    finally:
        server.stop()


def _put_away(var_dir: Path) -> None:
    """Keep the logs of the last play; remove all else."""
    shutil.rmtree(LOGS, ignore_errors=True)
    shutil.copytree(var_dir / "log", LOGS)
    shutil.rmtree(var_dir)


def _end_redirectors(stage: Stage) -> None:
    for redirector in stage.redirectors:
        redirector.end()


def _end_carriers(stage: Stage) -> None:
    for carrier in stage.carriers.values():
        if carrier.poll() is None:
            carrier.terminate()
    for name in stage.carriers:
        stage.end_carrier(name)


def _socket_of(engines: Engines, name: str) -> str:
    if name == REDIS:
        return urlsplit(engines.urls.redis).path
    directory = unquote(urlsplit(engines.urls.database).netloc.rpartition("@")[2])
    return f"{directory}/.s.PGSQL.5432"


def _set_up_django(stage: Stage, *, with_topics: bool) -> None:
    (stage.var_dir / "static").mkdir(exist_ok=True)
    # What this process has to say is in its report.
    os.environ.update(stage.own_environment, LOG_LEVEL="ERROR")
    import django  # noqa: PLC0415 - settings read the environment of the engines

    django.setup()
    # Its lines are told at any level.
    logging.getLogger("audit").setLevel(logging.ERROR)
    from django.core.management import call_command  # noqa: PLC0415

    with stage.log("prepare").open("w") as log:
        call_command("prepare", stdout=log)
        if with_topics:
            call_command("create_topics", stdout=log)
