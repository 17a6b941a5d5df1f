"""A relay that kills itself after publishing and before marking.

    python -m faults.relay

The environment is that of the stage.
"""

import os
import signal
import threading

import django


def main() -> None:
    django.setup()
    from apps.events.buses import get_bus  # noqa: PLC0415 - settings are read now
    from apps.events.relay import run_relay  # noqa: PLC0415

    producer = get_bus().producer()
    confirm = producer.confirm

    def confirm_and_die(*, timeout: float) -> None:
        confirm(timeout=timeout)
        os.kill(os.getpid(), signal.SIGKILL)

    producer.confirm = confirm_and_die  # type: ignore[method-assign]
    run_relay(producer=producer, stop=threading.Event())


if __name__ == "__main__":
    main()
