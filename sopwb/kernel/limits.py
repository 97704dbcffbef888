"""Every bound of the product: a named constant with its unit and its reason.

Deliberately not here: settings that a person may change (they live in ``sopwb.toml``).
"""

from typing import Final

# --- text and structure -------------------------------------------------------------------------
JSON_DEPTH_MAX: Final = 128
"""Nesting of any JSON that is read. Deeper input is refused before Python's own stack could be."""
SCRIPT_BYTES_MAX: Final = 1 << 20
"""A script as text. The largest of fifty trial scripts had 6 KiB; 1 MiB is a generated one."""
SCRIPT_STEPS_MAX: Final = 2_000
"""Steps in a script, nested ones counted. A person reviews it; beyond this nobody does."""
STEP_DEPTH_MAX: Final = 32
"""Nesting of if/each. Deeper scripts should call another script."""
EXPRESSION_CHARS_MAX: Final = 10_000
"""Length of one expression. Keeps every pass over it below a few milliseconds."""
EXPRESSION_DEPTH_MAX: Final = 100
"""Nesting of one expression; each level costs a few Python frames in parser, checker and closures."""
SOURCE_DEPTH_MAX: Final = 40
"""Nesting of an expression that is made a Python function. Python 3.11 takes 98 at worst; deeper ones stay closures."""
CALL_DEPTH_MAX: Final = 64
"""Scripts that call scripts. Pins make cycles impossible; this bounds an honest tower of calls."""
TYPE_PARTS_MAX: Final = 10_000
"""Parts of the type of a record literal. Records of records of one value would else double at every level."""
NAME_CHARS_MAX: Final = 64
"""Names of scripts, steps, parameters and fields. They are shown in an 80 column tree."""
RETRY_TIMES_MAX: Final = 100
"""Attempts that an ``on_error`` may ask for. A server that refused a hundred times needs a person."""
RETRY_DELAY_MS_MAX: Final = 86_400_000
"""Longest wait between two attempts: a day. Beyond it a schedule is meant."""
RETRY_FACTOR_MAX: Final = 10
"""Growth of the wait from attempt to attempt."""
WIDENING_ROUNDS_MAX: Final = 16
"""Checks of one script while branches ask each other for decimals. Two are the rule; a chain of asks is odd."""

# --- numbers ------------------------------------------------------------------------------------
INT_MIN: Final = -(2**63)
INT_MAX: Final = 2**63 - 1
DECIMAL_DIGITS: Final = 38
"""Significant digits of a decimal: what DuckDB, PostgreSQL and Arrow decimal128 all hold."""
DIVISION_PLACES: Final = 12
"""Fractional digits that ``/`` keeps, rounded half-even."""
LITERAL_PLACES_MAX: Final = 38
"""Fractional digits of a decimal literal: 10^-38 is the least step that 38 digits show beside 0."""
JSON_SAFE_INT_MAX: Final = 2**53 - 1
"""Integers beyond this are written as strings in canonical JSON: other readers would round them."""

TEXT_CHARS_MAX: Final = 1 << 24
"""Length of a text that an expression makes: repeated ``replace`` would else double it until memory ends."""

# --- runs ---------------------------------------------------------------------------------------
REPORTED_ENTRIES_MAX: Final = 1_000
"""Effects and trace events in one ``--json`` reply; totals stand beside them."""
TRACE_RECORDS_BYTES_MAX: Final = 1 << 20
"""Records of fetches kept in a single run's trace so that it replays without its sources."""
TRACE_FAILURES_KEPT: Final = 100
TRACE_SAMPLES_KEPT: Final = 100
TRACE_LINES_SHOWN: Final = 40
"""Events of a trace in a chat reply; the trace pane and ``runs explain`` have all."""
TRACE_EVENTS_KEPT: Final = 100_000
"""Events that one run keeps as objects (about 1 KiB each); the hash and the counts cover all."""
TRACE_PENDING_MAX: Final = 10_000
"""Events of one item that wait for its end to be hashed: an item with millions of nested items stays bounded."""
TRACE_HASHED_CHARS: Final = 1 << 16
"""Written events that are hashed at once: 64 KiB take 15 µs, in pieces of an item's size 80."""
TRACE_RECORDS_SHOWN: Final = 20
"""Records of a fetch that its event holds for people to look at."""
SPOKEN_CHARS_MAX: Final = 240
"""A value in a spoken line: three lines of a wide terminal."""
EXPRESSION_WARM_RUNS: Final = 200
"""Evaluations of an expression by closures before it is made a Python function: that costs what some 200 save."""
EVENTS_PER_SECOND_MAX: Final = 20
"""Aggregated progress lines a second: a screen redraws no faster."""
ROWS_IN_MEMORY_MAX: Final = 200_000
"""Records of a file source held as Python objects; larger ones are spooled to an indexed file."""
RESULT_BATCH_ROWS: Final = 16_384
"""Rows of a result file that are held before they are written: a Parquet row group, some 20 MiB as Python objects."""
RESULT_DECIMAL_PLACES: Final = DIVISION_PLACES
"""Fractional digits of a decimal column in Parquet, whose scale is fixed before the first row: every quotient fits."""
COMPARED_ITEMS_SHOWN: Final = 20
"""Items that differ in the answer of a comparison, unless more are asked for: a screen of them."""
EXAMPLES_MAX: Final = 200
"""Examples of a script. All run before each freeze, milliseconds each; a person reads and keeps some dozens."""
WORDS_LEARNED_MAX: Final = 1_000
"""Other words for sources and fields that a workspace keeps: each is tried at every place of a sentence."""
WORD_CHARS_MAX: Final = 60
"""Characters of such a word, which may be a few words."""
FREEZE_COMPARED_RECORDS_MAX: Final = 5_000
"""Records that both versions read together when a freeze tells what it changes: below a second by rows."""
COMPARED_ENTRIES_HELD: Final = 1_000
"""Results and effects of a comparison that are written to its spool at once."""
SUGGESTION_DISTANCE_MAX: Final = 3
"""Edits between a misspelt name and the one that is offered for it."""
DIAGNOSTICS_MAX: Final = 100
"""Diagnostics in one answer; a script with more is shown its first hundred."""

# --- schedules ----------------------------------------------------------------------------------
SCHEDULE_SEARCH_DAYS_MAX: Final = 14_976
"""Days in a row without a due time before a search ends (41 years). A 29 February that is also a given
weekday comes after 40 years at most, across a century year that is no leap year."""
SCHEDULE_TEXT_CHARS_MAX: Final = 20_000
"""Text that is searched for a schedule; a phrase has some 60 characters, a long turn a few thousand."""
SCHEDULE_PHRASE_TOKENS_MAX: Final = 120
"""Words and marks in one phrase. Bounds the search of a long text to so many steps a word."""
SLOT_LATE_S_MAX: Final = 120
"""A slot that begins later than this was missed: two turns of a cron line that ticks every minute."""
SLOTS_CAUGHT_UP_MAX: Final = 100
"""Slots that one round makes up for (missed = all, overlap = queue): the last ones. More would be a flood."""
SLOTS_RECORDED_MAX: Final = 1_000
"""Skipped slots that one round records one by one; older ones are one record. A minute's schedule has 1,440 a day."""
SLOTS_LOOKED_BACK_DAYS_MAX: Final = 366
"""Slots that were missed longer ago are not even counted: half a million of a schedule that is due every minute."""
SLOT_ATTEMPTS_MAX: Final = 3
"""Processes that may die over one slot before it counts as failed: it may be what kills them."""
SLOT_SWAPS_MAX: Final = 10
"""Times that a change of a slot is tried again because somebody changed the schedule meanwhile."""
BACKFILL_SLOTS_MAX: Final = 1_000
"""Slots that one backfill may run. A person who means more can say it in parts."""
DAEMON_TICK_S: Final = 1
"""Between two looks of the daemon at what is due; a look costs a millisecond or two."""
DAEMON_WORKERS_MAX: Final = 8
"""Schedules at work at the same time; the others wait for their turn. Each may hold a database."""
DAEMON_SAID_MAX: Final = 200
"""Troubles that the daemon remembers to have said, so that it does not repeat them every second."""
NOTICES_A_MESSAGE_MAX: Final = 20
"""Notices that one message spells out; it counts the others. A channel that was down gets one message, not a flood."""
NOTICE_TEXT_CHARS_MAX: Final = 400
"""Length of a notice: what a phone shows."""
NOTICES_LOOK_S: Final = 60.0
"""Between two looks of the workbench at what schedules have to tell."""
SLOT_HELD_LOOK_S: Final = 10.0
"""Between two looks at a slot whose run somebody has paused, which may take days."""
NOTIFY_AGAIN_S: Final = 60.0
"""Wait before a channel that was down is tried again."""

# --- the object store ---------------------------------------------------------------------------
OBJECT_BYTES_MAX: Final = 256 << 20
"""One stored object, before compression. It is held in memory whole; larger things are cut by their owner."""
CONTROL_BYTES_MAX: Final = 16 << 20
"""Payload of a frame that the store itself writes: a commit, a ref, one change of the catalogue."""
TRANSACTION_BYTES_MAX: Final = 512 << 20
"""Frames of one transaction: they are joined in memory and written at once."""
SEGMENT_BYTES_MAX: Final = 64 << 20
"""A segment that has grown to this is sealed before the next transaction. Rebuilding its index takes < 1 s."""
SEGMENTS_MAX: Final = 1_000_000
"""Segments of one stream: 64 TiB."""
CHECKPOINT_OBJECTS: Final = 2_048
"""Frames that opening a store reads one by one (3 µs each) before a process writes an index of them."""
SYNC_SLICE_S_MIN: Final = 0.00004
"""A writer that waits for a sync pauses no shorter: the pause would cost more than it lasts. Fast disks never pause."""
SYNC_GATHER_S_MAX: Final = 0.001
"""A writer that is about to sync waits so long at most for others that are about to append."""
WRITERS_EXPECTED_MAX: Final = 16
INDEX_BLOCK_ENTRIES: Final = 128
"""Entries under one checksum of an index: a block of 6 KiB is checked in 3 µs, once."""
INDEX_HEADER_BYTES_MAX: Final = 64 << 20
REF_NAME_BYTES_MAX: Final = 512
WHY_CHARS_MAX: Final = 1_000
"""The reason that a commit or a moved ref gives: a line or two for people."""
COMPRESS_BYTES_MIN: Final = 256
"""Smaller payloads hardly shrink."""
COMPRESS_IMPORT_BYTES: Final = 16 << 10
"""Below this a transaction does not load zstandard (16 ms) only to save a few kilobytes."""
ID_DIGITS_MIN: Final = 4
"""Hex digits that an abbreviated id needs."""
CATALOGUE_SNAPSHOT_EVENTS: Final = 500
"""Catalogue events (20 µs each) that are folded before a process writes a snapshot of the fold."""
CANDIDATES_MAX: Final = 20
"""Objects listed when an abbreviated id is ambiguous."""

# --- effects and the journal --------------------------------------------------------------------
INTENT_GROUP_MAX: Final = 64
"""Effects that are synced as INTENT and have no durable end: what a power loss leaves in doubt at most."""
INTENT_GROUP_PROTECTED_MAX: Final = 256
"""The same where every tool of the run finds out by itself what came of a doubt: larger groups cost fewer syncs."""
PLANNED_BLOCK_EFFECTS: Final = 512
"""Planned effects of one frame of a journal: they are compressed, and read back, together."""
PLANNED_BLOCK_BYTES: Final = 256 << 10
"""A frame of planned effects is written when it has grown to this, so that reading one stays cheap."""
JOURNAL_CHUNK_BYTES: Final = 1 << 20
"""Bytes of a journal that are read at a time."""
EFFECT_RETRIES: Final = 5
"""Further attempts at an effect that was not applied, where its step asks for nothing else."""
EFFECT_RETRY_BASE_MS: Final = 1_000
EFFECT_RETRY_FACTOR: Final = 2
EFFECT_RETRY_CAP_MS: Final = 60_000
"""So the default tries for about half a minute: long enough for a server that restarts."""
EFFECT_FAILURES_IN_ROW_MAX: Final = 20
"""Effects in a row that were not done before the run pauses: the server is down, or the settings are wrong."""
CHAINS_OPEN_MAX: Final = 4_096
"""Items that are begun and not over, most of them waiting for their next attempt: what acting holds in memory."""
CHAINS_WANTED_MIN: Final = 2 * INTENT_GROUP_PROTECTED_MAX
"""Effects that stand ready for the next group; fewer, and the next items are read."""
ACT_DRAIN_S_MAX: Final = 20.0
"""How long a run that stops waits for what is under way. What is still silent then is in doubt."""
CONTROL_POLL_S: Final = 0.2
"""How often an acting run looks whether somebody asked it to pause."""
CONTROL_WAIT_S_MAX: Final = 30.0
"""How long ``runs pause`` waits for the run to have paused before it says only that it has asked."""
LOCK_LOOKS: Final = 3
"""Looks at a journal's lock before it counts as held: who only asks holds it for some microseconds."""
LOCK_LOOK_S: Final = 0.01

# --- sets ---------------------------------------------------------------------------------------
SET_FORKS_MAX: Final = 39
"""Branches of an item whose path is one number of 64 bits, base 3; scripts with more run by rows."""
SET_ROW_PARTS_MAX: Final = 400
"""Parts of an expression that is repeated for each fetched record, where nothing can be named."""
SET_INLINE_PARTS_MAX: Final = 200
"""Parts of an expression that still takes in another: deeper ones cost a query's planner more than a level."""
SET_ZONE_CHANGES_MAX: Final = 128
"""Changes of a zone's offset that one expression of a query holds: 64 years of summer time."""
SET_ZONE_DAYS_MAX: Final = 366 * 200
"""Days between two instants whose zone is looked at day by day (2 µs each) while planning."""
SET_ROWS_UNKNOWN: Final = 10**10
"""Records of a source that nobody has counted, as bounds of sums allow for them."""
SET_GATHERED_RATIO_MAX: Final = 100
"""Records of a gathered source for one item, up to which the gathered are hashed and the items looked up in them."""
SET_BATCH_ROWS: Final = 8_192
"""Items of one answer of a query: with their traces some 10 MiB, of which several are on their way."""
SET_RECORDS_MIN: Final = 50_000
"""Records of all sources from which on an ``each`` is decided by sets: below, rows are done (0.1 ms an item) before
DuckDB is loaded and a query planned (0.5 s)."""
ROW_ITEM_US: Final = 100
"""What an item that fetches a dozen records takes by rows, as ``script explain --plan`` estimates it."""
SET_EXPLAINED_AT_ONCE: Final = 100
"""Items that are decided by rows beside a query at a time: their look-ups share a scan, their records are held."""
KEPT_QUERIES_MAX: Final = 200
"""Written queries (10 KiB each) that a workspace's cache holds."""
SET_WAIT_S: Final = 0.1
"""A query that works is asked for its progress, and the person for a wish to stop, so often."""
SET_BATCHES_AHEAD: Final = 2
"""Batches that a query gives before they are taken."""
SET_RESERVED_MB: Final = 200
"""Of a run's memory limit, what Python, Arrow and a batch that is on its way take beside the database."""
SET_MEMORY_MB_MIN: Final = 100
"""Less than this a database can hardly sort in."""
SET_MEMORY_MB_MAX: Final = 450
"""What the database may hold unless the caller says otherwise; with Python and Arrow a run stays below 600 MiB (570 at
two million customers, which spill). One million with twelve million orders need 430 not to spill."""

# --- data sources -------------------------------------------------------------------------------
SOURCE_BYTES_HELD_MAX: Final = 32 << 20
"""A file up to this is read at once, so that what is hashed is what was read; a larger one is streamed and spooled."""
SOURCE_JSON_BYTES_MAX: Final = 512 << 20
"""A JSON array or TinyDB file is parsed whole, at some ten times its size; beyond this it has to be JSON Lines."""
SOURCE_CHUNK_ROWS: Final = 8_192
"""Records that a reader hands on at a time: enough to make column work cheap, 100 fields stay below 100 MiB."""
ARRAY_CHUNK_ROWS: Final = 32_768
"""The same where the records stay columns of numbers and texts, which take a tenth of that."""
CSV_BLOCK_BYTES: Final = 4 << 20
"""Lines of CSV that are split at once: some 50,000 records."""
SOURCE_FIELDS_MAX: Final = 2_000
"""Fields of a record. More means that a map was taken for a record, or rows for columns."""
SOURCE_LINE_CHARS_MAX: Final = 16 << 20
"""One line of a CSV or JSON Lines file. A file without line ends must not be read into one text."""
FLOAT_PLACES: Final = 12
"""Fractional digits kept of a source's binary floats: what a double holds beyond money's own digits is noise."""
TIMESTAMP_TEXT_CHARS_MAX: Final = 40
"""The longest date-time that is looked at as one; keeps every pattern's work small."""
SQLITE_BUSY_MS_MAX: Final = 2_000
"""How long a locked SQLite file is waited for before the person is told."""
SQLITE_LOOK_UP_ROWS_MIN: Final = 5_000
"""Smaller SQLite tables are read whole faster (50 ms) than is worth a note of their schema."""
WRITE_BUSY_MS_MAX: Final = 10_000
"""How long a locked file is waited for before a chunk of writes counts as not done: programs write for seconds."""
WRITE_TRIES: Final = 5
"""Times that a chunk is begun anew because another program changed the file meanwhile."""
WRITE_KEYS_KEPT_US: Final = 366 * 86_400 * 1_000_000
"""How long a written source keeps the keys of what was done: a year. No run is resumed after longer."""
SQLITE_CACHE_KIB: Final = 16_384
"""Page cache of a spool: twice what its indexes gain from, a tenth of what a run may hold."""
FINGERPRINT_SETTLE_NS: Final = 2_000_000_000
"""A file changed this recently may change again within one tick of its time stamp; its digest is not cached."""
COLUMNS_GROUP_ROWS: Final = 65_536
"""Records of a row group in a cached Parquet file: some megabytes, enough of them for every processor."""
COLUMNS_GROUP_BYTES: Final = 32 << 20
"""A row group of wide records ends here: what is written is held until then."""
COLUMNS_MEMORY_MB: Final = 150
"""What the database of one source may hold to sort or to look through it: beside a run's own, all stays below 600."""
COLUMNS_SORTED_ROWS_MAX: Final = 20_000_000
"""Records that ``COLUMNS_MEMORY_MB`` sort; more get what a run's database has (of 120 million 150 MB were too few)."""
LOOK_UP_ROWS_AT_ONCE_MAX: Final = 2_000_000
"""Sources up to this are given an index of a field when it is first asked for (3 s a million records, then 0.1 ms)."""
LOOK_UPS_SCANNED_MAX: Final = 64
"""Look-ups of one field that a process answers by looking through a larger source (0.2 s for twelve million
records) before it makes an index, which takes about as long as they did."""
LOOK_UP_PAGE_ROWS: Final = 2_048
"""Records of a large source that are Python objects at once."""
VIEW_EXAMPLES_MAX: Final = 20
"""Distinct texts of a field shown to authors: enough to see every status, too few to copy a column."""
VIEW_TEXT_CHARS_MAX: Final = 80
"""An example's length as shown."""
NEAREST_FILES_MAX: Final = 2_000
"""File names of a folder that a misspelt path is compared with."""
SERVER_CONNECT_S_MAX: Final = 10
"""How long a database server may take to answer a connection, where neither the url nor PGCONNECT_TIMEOUT says."""
SERVER_SILENT_S_MAX: Final = 60
"""A connection whose other end has gone without a word is given up after this, instead of the system's two hours."""
SERVER_LOCK_MS_MAX: Final = 10_000
"""How long a table that another program has locked is waited for; only changes of its definition lock readers out."""
SERVER_IDLE_MS_MAX: Final = 3_600_000
"""A snapshot that nobody asks anything for an hour is ended by the server: it keeps the server from cleaning up."""
SERVER_SCANS_MAX: Final = 8
"""Look-ups in a column without an index that a server answers, each a scan; then all records are fetched, once."""
SERVER_MESSAGE_CHARS_MAX: Final = 400
"""What is repeated of a server's own message: three lines of a wide terminal."""
COPY_BLOCK_BYTES: Final = 4 << 20
"""CSV of a COPY that Arrow reads at a time: 1.3 million records/s; with 1 MiB 1.0 million, with 256 KiB 0.8."""

# --- tools --------------------------------------------------------------------------------------
CONNECTIONS_MAX: Final = 50
"""Connections of one tool to one server. Mail servers refuse more from one client long before."""
TOOL_TIMEOUT_S: Final = 60.0
"""How long a server may take for one answer before the point of no return. Nothing has happened then."""
TOOL_TIMEOUT_S_MAX: Final = 3_600.0
"""An hour. A server that needs longer for one answer is down."""
TOOL_REASON_CHARS_MAX: Final = 300
"""A server's words in the journal and on a screen: three lines of a wide terminal."""
KEY_HOURS_DEFAULT: Final = 24
"""How long a provider that promises to know a key again does so, unless the settings say: what most promise."""
KEY_HOURS_MAX: Final = 24 * 366 * 100
"""For ever: what writes the same bytes again needs no provider's memory."""
OBSERVED_BYTES_MAX: Final = 16 << 20
"""Answers of tools that read the world, kept so that a run replays: sixteen of the largest, thousands of small ones."""
MAIL_REPLY_TIMEOUT_S: Final = 600.0
"""How long a mail server may think about a whole message (RFC 5321, 4.5.3.2.6). Sooner would be a doubt too many."""
MAIL_QUIT_TIMEOUT_S: Final = 2.0
"""How long a mail server may take for its goodbye. Nobody waits for it longer; nothing depends on it."""
MAIL_LOGIN_AGAIN_MS: Final = 60_000
"""Wait after a refused login. Servers lock an account that tries a wrong password often."""
MAIL_BYTES_MAX: Final = 25 << 20
"""A whole message as it is sent: what large providers take."""
MAIL_SUBJECT_CHARS_MAX: Final = 1_000
"""Characters of a subject. People see some 70; a longer one is a body in the wrong field."""
MAIL_LINE_BYTES_MAX: Final = 998
"""Bytes of a line of a message without its end (RFC 5322, 2.1.1). A body with a longer one is encoded."""
HTTP_TIMEOUT_S: Final = 30.0
"""Connecting, sending and the whole reply of one request."""
HTTP_REPLY_BYTES_MAX: Final = 1 << 20
"""Body of a reply: 1 MiB is kept in the journal or the trace as it is."""
HTTP_URL_CHARS_MAX: Final = 8_000
"""Length of a URL: what servers take (RFC 9110, 4.1)."""
HTTP_HEADERS_MAX: Final = 100
"""Headers that one request may be given. Servers refuse more."""
HTTP_REDIRECTS_MAX: Final = 5
"""Redirects in a row that a reading follows."""
HTTP_IDLE_S: Final = 4.0
"""How long an unused connection is kept. A server that closes one while a request goes out leaves it in doubt."""
HTTP_RETRY_AFTER_MS_MAX: Final = 86_400_000
"""The longest ``Retry-After`` that is believed: a day."""

# --- english ------------------------------------------------------------------------------------
ENGLISH_READINGS_MAX: Final = 6
"""Readings kept for one stretch of words; the dearest go. Real sentences have one to three."""
LISTED_FIRST_MAX: Final = 10
"""Records of "the three that …": each is written out in the script."""
ENGLISH_TURN_CHARS_MAX: Final = 20_000
"""Length of one turn. The longest of the trial turns had 900 characters."""

COMPLETIONS_MAX: Final = 100
"""Words that a slash command is completed with: all commands fit; of more names a person types another letter."""

# --- models -------------------------------------------------------------------------------------
MODEL_CALLS_MAX: Final = 14
"""Calls of a model in one turn. A first draft with its look-ups takes four, two repairs and a rewrite three more."""
MODEL_TOOL_CALLS_MAX: Final = 40
"""Tools that one turn may use in all calls."""
MODEL_TOKENS_MAX: Final = 250_000
"""Tokens of one turn, sent and received: fourteen calls with a prompt of 12,000 and what they add."""
MODEL_ANSWER_TOKENS_MAX: Final = 8_192
"""Tokens of one answer: the largest script of the trials took 3,000."""
MODEL_SECONDS_MAX: Final = 900.0
"""What a turn may take, waits included; local models write some 20 tokens a second."""
MODEL_CALL_S_MAX: Final = 300.0
MODEL_SILENT_S_MAX: Final = 240.0
"""A provider that sends nothing for so long is given up. Models that think first are silent for minutes."""
MODEL_COST_USD_MAX: Final = 1.0
"""Price of one turn, where the model has a known price."""
MODEL_RETRY_AFTER_S_MAX: Final = 20.0
"""A rate limit that ends within this is waited for, once a turn."""
MODEL_REPLY_CHARS_MAX: Final = 200_000
"""Characters of one answer; more is a model that repeats itself."""
MODEL_TOOL_REPLY_CHARS_MAX: Final = 12_000
"""What a tool answers a model with; longer answers are cut, and say so."""
MODEL_TURNS_REMEMBERED: Final = 12
"""Earlier turns that a model is told of."""
MODEL_CHANGES_CHARS_MAX: Final = 600
"""What a model is told of the changes of one earlier turn; enough to take them back."""
MODEL_REPAIRS_MAX: Final = 2
"""Times that a model may mend a draft that does not check, before it writes it anew once."""
MODEL_REPEATS_MAX: Final = 2
"""Times that the same call may get the same answer; a model that asks once more goes round in circles."""
MODEL_PROPOSAL_CHARS_MAX: Final = 300
"""What is shown of a proposal, whose schedule is a model's words."""
MODEL_SHOWN_CHARS_MAX: Final = 4_000
"""What is shown of a model's own words."""
MODEL_CARDS_MAX: Final = 8
"""Sources, tools and scripts whose cards are sent unasked: those nearest to the turn; the rest is in the index."""
MODEL_SAMPLE_ROWS: Final = 3
"""Records of a source that are sent where the workspace consents."""
MODEL_TRIED_RECORDS: Final = 20
"""Records that a draft is tried on before it is saved."""
PROFILE_ROWS_MAX: Final = 200_000
"""Records of a source that is looked through for ranges and shares of nulls: below a second."""

# --- the workbench ------------------------------------------------------------------------------
HANG_UP_S_MAX: Final = 5.0
"""How long the workbench may take to leave after its terminal went away."""

# --- sample data --------------------------------------------------------------------------------
SAMPLE_CHUNK_ROWS: Final = 50_000
"""Rows of a generated sample held at once: some 20 MiB as Python objects, and a Parquet row group each."""
