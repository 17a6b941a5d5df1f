#!/usr/bin/env python
"""Django's command line, with the settings of this project."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shortener_project.settings.embedded")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError

    try:
        if sys.argv[1:2] == ["redirector"] and "--site" not in sys.argv:
            # Short domains only: the site need not be in the memory of each such process.
            from apps.redirects import thin

            thin.narrow()
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        # A wrong setting is the operator's to mend: one line, no traceback.
        sys.exit(f"settings: {error}")
    except OperationalError as error:
        from psycopg_pool import PoolTimeout

        if not isinstance(error.__cause__, PoolTimeout):
            raise
        sys.exit("DATABASE_URL: PostgreSQL does not answer; the embedded one does while the product runs (make run)")


if __name__ == "__main__":
    main()
