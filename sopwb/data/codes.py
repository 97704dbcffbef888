"""The codes of this room: what can be wrong with a source's declaration, its file or its records.

SOP-D00x are about the declaration, D01x about the file, D02x about keys and fields, D03x about values,
D04x about use, D05x about deciding batches. Deliberately not here: the messages, which are written where the
mistake is found.
"""

from __future__ import annotations

from typing import Final

from sopwb.kernel.diagnostics import Code

UNKNOWN_SETTING: Final = "SOP-D001"
MISSING_PATH: Final = "SOP-D002"
BAD_TYPE: Final = "SOP-D003"
UNKNOWN_FORMAT: Final = "SOP-D004"
OTHER_URL: Final = "SOP-D005"
BAD_SETTING: Final = "SOP-D006"
NEEDS_TABLE: Final = "SOP-D007"
NOT_WRITABLE: Final = "SOP-D008"
NO_FILE: Final = "SOP-D010"
UNREADABLE: Final = "SOP-D011"
ENCODING: Final = "SOP-D012"
EMPTY: Final = "SOP-D013"
MALFORMED: Final = "SOP-D014"
NOT_RECORDS: Final = "SOP-D015"
NO_TABLE: Final = "SOP-D016"
BUSY: Final = "SOP-D017"
CHANGED: Final = "SOP-D018"
TOO_LARGE: Final = "SOP-D019"
NO_KEY: Final = "SOP-D020"
DUPLICATE_KEY: Final = "SOP-D021"
NULL_KEY: Final = "SOP-D022"
BAD_KEY: Final = "SOP-D023"
NO_FIELD: Final = "SOP-D024"
MISFIT: Final = "SOP-D030"
CLASH: Final = "SOP-D031"
NULL: Final = "SOP-D032"
UNKNOWN_SOURCE: Final = "SOP-D040"
TOO_WIDE: Final = "SOP-D041"
CACHE: Final = "SOP-D042"
OUT_OF_MEMORY: Final = "SOP-D050"
NO_SPILL: Final = "SOP-D051"
NO_DRIVER: Final = "SOP-D060"
NO_SECRET: Final = "SOP-D061"
NO_CONNECTION: Final = "SOP-D062"
DENIED: Final = "SOP-D063"
SERVER_ENDED: Final = "SOP-D064"
SERVER_STOPPED: Final = "SOP-D065"
SERVER_FAULT: Final = "SOP-D066"

CODES: Final[tuple[Code, ...]] = (
    Code(
        UNKNOWN_SETTING,
        "unknown setting of a source",
        "A source knows path or url, and format, table, key, writable and fields.",
        '[data.orders]\npath = "orders.csv"\nkeys = "id"',
    ),
    Code(
        MISSING_PATH,
        "a source does not say where it is",
        "Give path, relative to the folder of sopwb.toml, or the url of a database.",
        '[data.orders]\nkey = "id"',
    ),
    Code(
        BAD_TYPE,
        "a declared type is not a type",
        "Types are bool int decimal string date timestamp duration list<T> map<K, V> {field: T}; T? has null.",
        '[data.orders.fields]\ntotal = "money"',
    ),
    Code(
        UNKNOWN_FORMAT,
        "unknown format",
        "Formats are csv json jsonl tinydb parquet sqlite; without format the file's ending decides.",
        '[data.orders]\npath = "orders.xlsx"',
    ),
    Code(
        OTHER_URL,
        "the url is not one of a PostgreSQL database",
        "A url is postgresql://[USER@]HOST[:PORT]/DATABASE; files are given as path. In a password @ is %40 and / %2F.",
        '[data.orders]\nurl = "https://example.com/orders.csv"',
    ),
    Code(
        BAD_SETTING,
        "a setting has the wrong kind of value",
        "path, url, format, table and key are texts; writable is true or false; fields is a table of types.",
        "[data.orders]\npath = 3",
    ),
    Code(
        NEEDS_TABLE,
        "there are several tables and none is chosen",
        "Give table.",
        '[data.orders]\npath = "shop.sqlite"',
    ),
    Code(
        NOT_WRITABLE,
        "a source that cannot be written",
        "Records of TinyDB, SQLite and PostgreSQL sources can be written, where sopwb.toml says `writable = true`.",
        '[data.orders]\npath = "orders.csv"\nwritable = true',
    ),
    Code(
        NO_FILE,
        "the file does not exist",
        "Paths are relative to the folder of sopwb.toml.",
        '[data.orders]\npath = "order.csv"',
    ),
    Code(
        UNREADABLE,
        "the file cannot be read",
        "Look at the file's permissions; a folder is not a file.",
        '[data.orders]\npath = "."\nformat = "csv"',
    ),
    Code(
        ENCODING,
        "the text is not UTF-8",
        "Save the file as UTF-8 (with or without a byte order mark).",
        "orders.csv saved as UTF-16 or Latin-1",
    ),
    Code(
        EMPTY,
        "the file is empty",
        "A CSV file has at least a line of field names, a JSON file at least [].",
        "orders.csv of 0 bytes",
    ),
    Code(
        MALFORMED,
        "the file is not in its format",
        "The message names the line where reading stopped. Give format where the file's ending misleads.",
        'id,name\n1,"Ann',
    ),
    Code(
        NOT_RECORDS,
        "the file does not hold records",
        'A JSON file is an array of objects; a TinyDB file needs format = "tinydb".',
        '{"customers": {"1": {"id": "a"}}} read as json',
    ),
    Code(
        NO_TABLE,
        "there is no such table",
        "The message lists the tables that it has.",
        '[data.orders]\npath = "shop.json"\nformat = "tinydb"\ntable = "order"',
    ),
    Code(
        BUSY,
        "the database is locked",
        "Another program is writing to it. Try again when it has finished.",
        "shop.sqlite held by another program's transaction",
    ),
    Code(
        CHANGED,
        "the file changed while it was read",
        "Run again; a source has to stay the same for the length of a run.",
        "orders.csv written to during a run",
    ),
    Code(
        TOO_LARGE,
        "the file is larger than its format allows",
        "A JSON array is parsed whole: store large sources as JSON Lines, CSV, Parquet or SQLite.",
        "a JSON array of several gigabytes",
    ),
    Code(
        NO_KEY,
        "the key is not a field of the records",
        "key names the field that identifies a record.",
        '[data.orders]\npath = "orders.csv"\nkey = "order_id"',
    ),
    Code(
        DUPLICATE_KEY,
        "two records have the same key",
        "Correct the data, choose another key, or declare none.",
        "id,name\n1,Ann\n1,Bob",
    ),
    Code(NULL_KEY, "a record has no key", "Every record of a keyed source needs its key.", "id,name\n,Ann"),
    Code(
        BAD_KEY,
        "the key's type cannot identify records",
        "A key is an int, decimal, string, date or timestamp.",
        'a JSON record {"id": [1, 2]} with key = "id"',
    ),
    Code(
        NO_FIELD,
        "a named field is not a field of the records",
        "Declare a field that is not there yet as T?, or correct its name.",
        '[data.orders.fields]\ntotle = "decimal"',
    ),
    Code(
        MISFIT,
        "a value does not fit its field's type",
        "Correct the record, or declare a type that all records fit.",
        'total = "int" declared and 12.5 found',
    ),
    Code(
        CLASH,
        "values of different kinds in one field",
        'Declare the field\'s type (string takes every scalar): [data.NAME.fields] field = "string".',
        '[{"a": 1}, {"a": "x"}]',
    ),
    Code(
        NULL,
        "a null where the declared type allows none",
        "Declare T? for a field that may be missing or null.",
        'shipped = "date" declared and an empty cell found',
    ),
    Code(
        UNKNOWN_SOURCE,
        "no source of that name is declared",
        "Sources are declared in sopwb.toml as [data.NAME].",
        "table('order') where orders is declared",
    ),
    Code(
        TOO_WIDE,
        "a decimal column is too wide for a set engine's 38 digits",
        "The largest and the finest value together need more digits. Running by rows still works.",
        "10^37 and 10^-12 in one column",
    ),
    Code(
        CACHE,
        "the cache cannot be written",
        "Large sources are kept as Parquet in the workspace's cache folder. Look at its permissions and free space.",
        "a full disk",
    ),
    Code(
        OUT_OF_MEMORY,
        "a batch does not fit into its memory limit",
        "What memory cannot hold goes to disk, but some of it has to be held. Give the run more memory.",
        "--limit-memory 20MB over a million records",
    ),
    Code(
        NO_SPILL,
        "a batch cannot put aside what memory does not hold",
        "Parts of a large batch are put into the workspace's folder .sopwb/idx while it is decided. Make room there.",
        "a full disk",
    ),
    Code(
        NO_DRIVER,
        "PostgreSQL's driver is not installed",
        "Install the extra: python3 -m pip install 'sopwb[postgres]'.",
        '[data.orders]\nurl = "postgresql://localhost/shop"\ntable = "orders"',
    ),
    Code(
        NO_SECRET,
        "the url names a secret that is nowhere",
        "Set the environment variable SOPWB_SECRET_NAME, or the keyring's entry NAME of the service sopwb.",
        '[data.orders]\nurl = "postgresql://shop:secret://shop-db@localhost/shop"\ntable = "orders"',
    ),
    Code(
        NO_CONNECTION,
        "no connection to the database",
        "The message is the server's or the system's own. Is the server up, are host, port, database and user right?",
        '[data.orders]\nurl = "postgresql://localhost:1/shop"\ntable = "orders"',
    ),
    Code(
        DENIED,
        "the database refuses to show the records",
        "Grant select on the table or on the columns that are read, and usage on its schema.",
        "a table of which the url's user may read nothing",
    ),
    Code(
        SERVER_ENDED,
        "the connection to the database ended",
        "A run that is cut off while it decides has done no effect. Run again; the server's log says why it ended.",
        "a server that is restarted during a run",
    ),
    Code(
        SERVER_STOPPED,
        "the database stopped a query",
        "A statement_timeout ran out, or an administrator cancelled it.",
        "a statement_timeout of one second and a view that takes two",
    ),
    Code(
        SERVER_FAULT,
        "the database cannot give the records",
        "The message is the server's own: a view may fail by what it computes.",
        "a view that divides by zero",
    ),
)
