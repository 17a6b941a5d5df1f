"""ClickHouse's engine as a library, served over ClickHouse's native protocol.

chDB allows one process per data directory and must not be imported before a fork, so one process
owns it and all others speak to that process as they would to a ClickHouse server:

    python -m shortener_project.embedded.clickhouse.server --path DIR --port 9000 --database analytics

server      command line, listening socket, orderly end
connection  one client: hello, queries, inserts
packets     layout of the protocol's packets at the pinned revision
wire        numbers and strings as the protocol writes them
blocks      blocks of columns: where one ends, which types it has
layout      how many bytes the values of a type take
session     one client's state inside the engine
engine      the engine and its directory
statements  what kind of statement a text is
watch       ends queries whose client went away
"""
