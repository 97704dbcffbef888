# ruff: noqa: E501 - a rule, or a class of words, is read as one line
"""The words of the language itself: classes that patterns name, courtesy words, and what small words mean.

It speaks of English, not of any workspace: sources, fields and scripts come from ``names``. Deliberately not here: how
words combine (``grammar``).
"""

from __future__ import annotations

from typing import Final

STOP: Final = frozenset(
    ["please", "kindly", "simply", "basically", "really", "hey", "hi", "hiya", "hello", "ok", "okay", "oh", "um", "hmm", "hm", "erm", "ah", "just", "still", "already", "yet", "again", "itself", "thanks", "cheers", "alright", "lol", "tho", "though", "btw"])
"""Courtesy and filler: dropped before reading. None of them may change what is computed."""

STOP_FIRST: Final = frozenset(
    ["now", "well", "right", "sorry", "lovely", "sweet", "great", "cool", "nice", "super", "awesome", "yeah", "so", "and", "good", "perfect", "fine", "actually", "but", "yes", "sure", "then", "hmm", "wait"])
"""Dropped where a sentence begins (and something follows), not inside it."""

STOP_PHRASES: Final = tuple(tuple(p.split()) for p in (
    "at all", "of course", "as well", "for me", "if you can", "if possible", "thank you", "by the way", "for us",
    "and so on", "you know", "i guess", "i think", "at the same time", "in any case", "to be clear", "full stop",
    "no worries", "when you are done", "once you are done", "either way", "as usual", "in the end",
    "of course not", "good morning", "good evening", "if that is ok", "if that is okay", "as such",
))
"""Dropped like the stop words. None of them may change what is computed."""

YES: Final = frozenset(["yes", "yep", "yeah", "sure", "perfect", "great", "good", "fine", "lovely", "right", "correct", "exactly", "ok", "okay", "sweet", "nice", "cool", "super", "excellent", "brilliant", "wonderful", "agreed", "confirmed", "confirm", "approved"])
YES_PHRASES: Final = frozenset((
    "looks right", "looks good", "looks great", "looks fine", "looks correct", "that is right", "that is correct", "that is it",
    "that is fine", "that is good", "that works", "sounds good", "sounds right", "go ahead", "do it", "it is right", "all good",
    "that looks right", "that looks good", "very good", "well done", "spot on", "good job", "i am happy with it", "works for me",
    "love it", "i like it", "that is perfect", "that is great", "this is right", "this looks right", "this looks good",
    "exactly right", "just right", "that is what i want", "that is what i meant", "happy with that",
))
NO: Final = frozenset(["no", "nope", "nah"])

CLASSES: Final[dict[str, tuple[str, ...]]] = {
    "create": ("create", "make", "build", "write", "draft", "set up", "knock up", "whip up", "put together", "add", "prepare",
               "start", "design", "define", "come up with", "start a draft of", "creating", "develop", "compose", "knock together", "throw together", "cook up", "rustle up"),
    "want": ("i would love", "we would love", "i would love to have", "i want", "i need", "we need", "we want", "need", "want", "i would like", "we would like", "can i get", "could i get",
             "can i have", "could i have", "can we get", "could we have", "can we have", "there should be", "next comes", "here comes",
             "i want to create", "i would like to create", "i want you to create", "i need you to create", "next is", "next up is",
             "next up", "next one", "the next one is", "next", "i want to have", "i want to make", "i want to build", "i need to create",
             "we also need", "i also need", "i also want", "also needed", "now for", "now to", "then", "then comes", "we could use",
             "i could use", "let us have", "let us make", "let us create", "let us build", "let us write", "let us add", "let us do",
             "i am after", "i am looking for", "it is time for", "may i have", "might i have", "would like", "wanted"),
    "please_do": ("can you", "could you", "would you", "will you", "i want you to", "i would like you to", "i need you to",
                  "let us", "you should", "go and", "i want to", "i would like to", "we want to", "i need to", "we need to",
                  "can we", "could we", "i also want to", "can i", "could i", "would you mind to", "may i ask you to", "you can",
                  "do", "then", "next", "now", "also", "and"),
    "script": ("script", "process", "procedure", "routine", "job", "batch job", "workflow", "check", "function", "program", "task",
               "thing", "something", "one", "report", "sop", "calculation", "rule", "sweep", "little script", "small script",
               "second script", "third script", "new script", "new process", "new job", "another script", "batch script", "calculator",
               "tool", "new one", "other script", "further script", "second one", "batch process", "summary script", "batch",
               "last script", "final script", "first script", "summary", "lookup", "automation", "standard procedure"),
    "called": ("called", "named", "by the name of", "with the name", "call it", "name it", "that is called", "whose name is",
               "i will call it", "we call it", "to be called", "under the name", "that we call", "that i call", "known as"),
    "subj": ("it", "the script", "this", "this script", "it should", "the script should", "that", "which", "it must", "it needs to",
             "the process should", "i want it to", "it has to", "the job should", "that should", "which should", "it also",
             "should", "you", "it will", "that script", "the job", "the process", "we", "i", "to", "it shall", "i would like it to",
             "the script must", "they should", "it can", "the script then", "it then", "make it", "have it", "let it", "it needs",
             "the script has to", "the script needs to", "it is supposed to", "which then", "and it should", "that it"),
    "take": ("wants", "want", "requires", "feeds on", "works on", "receives", "gets passed", "is called with", "take", "takes", "taking", "accept", "accepts", "accepting", "get", "gets", "receives", "receive", "expects", "needs",
             "has the parameter", "has the parameters", "with the parameter", "with the parameters", "with parameter", "has one parameter",
             "with parameters", "with one parameter ,", "with one parameter", "with two parameters ,", "with two parameters",
             "with the input", "with the inputs", "with input", "with inputs", "takes as input", "takes in", "asks for", "be given",
             "has two parameters ,", "has two parameters", "has parameters", "is given", "given", "for a given", "with a single parameter",
             "with a single parameter ,", "has a parameter", "with a parameter", "having the parameter", "has the input", "has the inputs",
             "reads the input", "with two inputs ,", "with one input ,", "with three parameters ,", "with three inputs ,",
             "takes the parameter", "takes the parameters", "takes one parameter ,", "takes two parameters ,", "takes one input ,",
             "takes two inputs ,", "takes three inputs ,", "takes three parameters ,", "you give it", "i give it", "we give it", "give it",
             "you pass it", "you hand it", "is passed", "takes one parameter", "i hand it", "pass it", "hand it", "it gets"),
    "return": ("output :", "outputs :", "result :", "returned is", "returned are", "comes back with", "come back with", "coming back", "out :", "returns :", "return :", "return", "returns", "returning", "give back", "gives back", "give me back", "give me", "gives me", "tell me", "tells me",
               "output", "outputs", "answer", "answers with", "answer with", "hand back", "hands back", "reply with", "report",
               "reports", "i want", "i want back", "i would like", "i need", "spit out", "spits out", "giving", "gives", "give us",
               "produce", "produces", "show me", "the result is", "result", "the output is", "send back", "sends back", "and out comes",
               "out comes", "i get", "should return", "it returns", "let it return", "must return", "i want to get back", "give",
               "i want to know", "i would like to know", "i need to know"),
    "look": ("look", "looks", "looking", "search", "searches", "find", "finds", "read", "reads", "fetch", "fetches", "get", "gets", "load", "loads", "take", "takes", "look up",
             "looks up", "pull", "pulls", "retrieve", "retrieves", "pick", "picks", "use", "uses", "open", "opens", "grab", "grabs",
             "search", "searches for", "locate", "locates", "pull up", "pulls up", "fetching", "reading", "looking up", "finding"),
    "goover": ("go through", "goes through", "going through", "go over", "goes over", "scan", "scans", "loop over", "loops over",
               "iterate over", "iterates over", "run through", "runs through", "walk through", "walks through", "check", "checks",
               "look at", "looks at", "visit", "visits", "process", "processes", "take", "takes", "work through", "works through",
               "loop through", "loops through", "run over", "runs over", "step through", "cycle through"),
    "run": ("run", "runs", "call", "calls", "use", "uses", "execute", "executes", "apply", "applies", "running", "calling", "using", "ask",
            "asks", "invoke", "invokes", "start", "do", "try", "test"),
    "foreach": ("for each", "for every", "for all", "for each of", "for every one of", "for any", "for all of", "for each and every"),
    "send": ("send", "sends", "writes", "email", "emails", "e mail", "e mails", "mail", "mails", "mailing", "sending", "write", "shoot", "fire off"),
    "mail": ("email", "e mail", "mail", "message", "e-mail", "letter", "note", "reminder", "notification"),
    "empty": ("empty", "blank", "null", "missing", "not set", "not filled in", "not known", "unknown", "not there", "unset", "not given",
              "not filled", "absent", "nothing", "not present", "not available"),
    "unit": ("day", "days", "hour", "hours", "minute", "minutes", "week", "weeks", "month", "months", "year", "years", "calendar days",
             "calendar day"),
    "noun_unit": ("euro", "euros", "eur", "dollar", "dollars", "usd", "point", "points", "piece", "pieces", "pack", "packs", "cents",
                  "gbp", "pounds", "kg", "km", "units", "unit", "items", "item", "stamps", "credits", "percent", "times", "kilo", "kilos",
                  "litres", "metres", "each", "chf", "hours", "hour", "minutes", "kwh", "in total", "people", "persons", "guests", "miles"),
    "sum": ("sum", "total", "grand total", "combined", "overall", "sum total"),
    "avg": ("average", "mean", "arithmetic mean"),
    "max": ("highest", "largest", "biggest", "greatest", "maximum", "max", "top", "most expensive", "longest", "highest single",
            "biggest single", "largest single", "heaviest", "best"),
    "min": ("lowest", "smallest", "least", "minimum", "min", "cheapest", "shortest", "lowest single", "smallest single", "lightest",
            "worst"),
    "latest": ("latest", "most recent", "newest", "last", "very last", "very latest"),
    "earliest": ("earliest", "oldest", "first", "very first", "soonest"),
    "of": ("of", "over", "across", "for", "from", "in", "among", "on", "within", "over all", "across all", "of all", "for all"),
    "else": ("otherwise", "else", "if not", "in any other case", "in all other cases", "in every other case", "in other cases", "or else",
             "failing that", "in the other case", "in other case"),
    "rest": ("everything else", "anything else", "everyone else", "anyone else", "all others", "all other cases", "any other case",
             "everybody else", "anybody else", "any other", "all the others", "the rest", "every other", "others", "any others",
             "every other case", "other cases", "all the rest", "all the other cases", "every other one"),
    "relation": ("such", "matching", "suitable", "corresponding", "relevant", "qualifying"),
    "det": ("the", "a", "an", "that", "this", "their", "its", "his", "her", "these", "those", "our", "all", "all the", "all of the", "every",
            "each", "any", "some", "all their", "all of their", "all these", "all those", "my", "your"),
    "round": ("rounded", "round it", "round", "rounding", "round this", "round that", "round the result", "rounded off", "then rounded",
              "again rounded", "round the price", "round up the result", "rounds", "and rounded"),
    "and": ("and", ", and", ",", "plus", ", plus", "as well as", "and also", ", and also", "and then", ", then", "; and"),
    "when": ("if", "when", "whenever", "where", "in case", "as soon as", "once", "only if", "only when", "provided", "provided that",
             "as long as", "if and only if", "exactly when", "exactly if", "precisely when", "unless not"),
    "error": ("an error", "fail", "fails", "fail with an error", "fails with an error", "stop with an error", "stops with an error",
              "raise an error", "is an error", "error out", "end with an error", "ends with an error", "give an error",
              "gives an error", "it is an error", "should be an error", "must be an error", "throw an error", "is to be an error",
              "should fail", "must fail", "should fail with an error", "must fail with an error", "abort", "abort with an error",
              "report an error", "end in an error", "ends in an error", "should end with an error", "should stop with an error", "error",
              "counts as an error", "be an error", "it should fail", "it should fail with an error", "the script should fail",
              "the script should fail with an error", "that is an error", "it fails", "it fails with an error", "let it fail",
              "the script fails", "the script fails with an error", "it must fail", "should end in an error", "throw", "refuse",
              "treat it as an error", "treat that as an error", "should give an error", "should raise an error", "must end with an error",
              "the script must fail", "the script must fail with an error", "this is an error", "the script should stop with an error",
              "make it fail", "make it an error", "i want an error", "the run should fail", "the run should fail with an error",
              "the script ends with an error", "the script stops with an error", "then fail", "then fail with an error",
              "has to end in an error", "has to end with an error", "has to be an error", "has to fail", "must end in an error", "leads to an error",
              "lead to an error", "must lead to an error", "should lead to an error", "results in an error", "must result in an error",
              "should result in an error", "is to end in an error", "is to fail", "produces an error", "should produce an error", "means an error",
              "has to fail with an error", "must stop with an error", "must raise an error", "has to stop with an error"),
}
"""Word classes: ``<create>`` in a pattern is any of these."""

_MUST: Final = ("should", "must", "has to", "have to", "needs to", "need to", "is to", "shall", "is supposed to", "will", "may only")
_FAILING: Final = ("fail", "fail with an error", "be an error", "cause an error", *(f"{verb} an error" for verb in ("give", "raise", "throw", "produce", "return", "lead to", "result in", "end in", "end with", "stop with", "come back as", "yield", "trigger")))
CLASSES["error"] += tuple(phrase for must in _MUST for verb in _FAILING if (phrase := f"{must} {verb}") not in CLASSES["error"])

COMPARE: Final[dict[str, str]] = {
    "at least": ">=", "no less than": ">=", "not less than": ">=", "not below": ">=", "no fewer than": ">=", "not under": ">=",
    "not fewer than": ">=", "a minimum of": ">=", "minimum": ">=", "from": ">=", "never less than": ">=", "at or above": ">=",
    "greater than or equal to": ">=", ">=": ">=", "at or over": ">=", "not earlier than": ">=", "not before": ">=", "equal to or above": ">=",
    "on or after": ">=", "not smaller than": ">=", "no earlier than": ">=", "no lower than": ">=", "not lower than": ">=",
    "more than or equal to": ">=", "larger than or equal to": ">=", "equal to or greater than": ">=", "equal to or more than": ">=",
    "at most": "<=", "no more than": "<=", "not more than": "<=", "up to": "<=", "not above": "<=", "not over": "<=", "a maximum of": "<=",
    "at or below": "<=", "less than or equal to": "<=", "<=": "<=", "on or before": "<=", "not later than": "<=", "no later than": "<=",
    "not after": "<=", "not greater than": "<=", "not longer than": "<=", "no longer than": "<=", "maximum": "<=", "at or under": "<=",
    "smaller than or equal to": "<=", "not higher than": "<=", "no higher than": "<=", "equal to or below": "<=", "equal to or less than": "<=",
    "no greater than": "<=", "not exceeding": "<=", "fewer than or equal to": "<=", "lower than or equal to": "<=",
    "more than": ">", "over": ">", "above": ">", "greater than": ">", "larger than": ">", "bigger than": ">", "higher than": ">",
    "longer than": ">", "later than": ">", "after": ">", "older than": ">", ">": ">", "exceeding": ">", "in excess of": ">",
    "strictly more than": ">", "heavier than": ">", "past": ">", "beyond": ">", "strictly greater than": ">", "better than": ">",
    "strictly above": ">", "strictly over": ">", "taller than": ">", "wider than": ">",
    "less than": "<", "under": "<", "below": "<", "smaller than": "<", "fewer than": "<", "lower than": "<", "shorter than": "<",
    "earlier than": "<", "before": "<", "younger than": "<", "<": "<", "strictly less than": "<", "lighter than": "<", "strictly below": "<",
    "cheaper than": "<", "strictly before": "<", "worse than": "<", "strictly under": "<", "strictly smaller than": "<",
    "exactly": "==", "equal to": "==", "the same as": "==", "==": "==", "=": "==", "identical to": "==",
    "different from": "!=", "other than": "!=", "not equal to": "!=", "anything but": "!=", "!=": "!=", "not the same as": "!=",
}
"""Comparatives and what they test. "over" and "above" are strict, as their boundary examples then show."""

POINT_WORDS: Final = frozenset(("before", "after", "earlier", "later", "since", "from", "on", "past", "onwards", "onward", ">=", "<=", ">", "<", "==", "=", "!="))
"""Comparatives with one of these compare two points in time; all others, before "3 days ago", compare two ages."""

AGE_WORDS: Final = frozenset(("older", "younger"))
"""Comparatives of age: the older of two points in time is the earlier one."""

VERB_COMPARE: Final[dict[str, str]] = {
    "exceeds": ">", "exceed": ">", "equals": "==", "equal": "==", "reaches": ">=", "reach": ">=", "tops": ">", "differs from": "!=",
    "stays below": "<", "does not exceed": "<=", "do not exceed": "<=", "does not equal": "!=", "is different from": "!=",
    "gets to": ">=", "get to": ">=", "hits": ">=", "climbs to": ">=", "rises to": ">=", "goes up to": ">=", "gets up to": ">=",
    "falls below": "<", "goes over": ">", "goes above": ">", "drops below": "<", "matches": "==",
    "comes to at least": ">=", "adds up to at least": ">=", "comes to more than": ">", "adds up to more than": ">",
}

OR_MORE: Final[dict[str, str]] = {
    "or more": ">=", "or above": ">=", "or over": ">=", "and above": ">=", "and more": ">=", "or later": ">=", "or higher": ">=",
    "or older": ">=", "and up": ">=", "or greater": ">=", "or after": ">=", "and over": ">=", "upwards": ">=", "or better": ">=", "or longer": ">=",
    "or less": "<=", "or fewer": "<=", "or below": "<=", "or under": "<=", "and below": "<=", "or earlier": "<=", "or lower": "<=",
    "or younger": "<=", "or before": "<=", "and under": "<=", "or smaller": "<=", "and less": "<=", "or shorter": "<=", "or worse": "<=",
    "and later": ">=", "and earlier": "<=", "onwards": ">=", "onward": ">=", "or bigger": ">=", "or larger": ">=", "plus": ">=",
}

UNITS: Final[dict[str, str]] = {
    "day": "days", "days": "days", "hour": "hours", "hours": "hours", "minute": "minutes", "minutes": "minutes", "week": "weeks", "weeks": "weeks",
    "month": "months", "months": "months", "year": "years", "years": "years", "calendar days": "days", "calendar day": "days",
}

RECORD_NOUNS: Final = frozenset(["row", "record", "entry", "one", "item", "line", "element", "case"])
"""Nouns for a record of whatever is spoken of."""

PEOPLE: Final = frozenset(["anyone", "everyone", "anybody", "everybody", "someone", "somebody", "those", "whoever", "people", "person", "user"])
PRONOUNS: Final = frozenset(["it", "they", "them", "he", "she", "him", "this", "that"])
POSSESSIVES: Final = frozenset(["its", "their", "his", "her"])

MONEY_NAMES: Final = ("amount", "total", "price", "cost", "sum", "value", "paid", "spend", "fee", "charge", "revenue")
"""What a field that holds money is customarily called; used where a person says "spend" and one field fits."""

MONEY_NOUNS: Final = frozenset(["spend", "spending", "spent", "revenue", "turnover", "purchases", "expenditure"])

IRREGULAR: Final[dict[str, str]] = {
    "bought": "buy", "paid": "pay", "sold": "sell", "sent": "send", "given": "give", "gave": "give", "took": "take", "taken": "take",
    "spent": "spend", "made": "make", "done": "do", "read": "read", "lent": "lend", "left": "leave", "seen": "see", "saw": "see",
    "came": "come", "come": "come", "went": "go", "gone": "go", "met": "meet", "rented": "rent", "people": "person", "children": "child",
    "men": "man", "women": "woman", "feet": "foot", "mice": "mouse", "lives": "life", "leaves": "leaf", "halves": "half",
    "driven": "drive", "drove": "drive", "written": "write", "worn": "wear", "flown": "fly", "ran": "run", "began": "begin", "kept": "keep",
    "held": "hold", "lost": "lose", "won": "win", "brought": "bring", "caught": "catch", "taught": "teach", "shown": "show", "gift": "give",
    "gifts": "give",
}

VAGUE: Final = ("a while", "a lot", "recently", "lately", "often", "rarely", "a long time", "too long", "for long", "soon", "frequently",
                "big", "small", "large", "many", "few", "a few", "some time", "ages", "regularly", "high", "low", "good", "bad", "expensive",
                "cheap", "active", "inactive", "loyal", "important", "quite some time", "too much", "too many", "a bit", "several", "much",
                "heavy", "slow", "fast", "late", "early", "old", "new", "young", "lots", "plenty", "not long ago", "the other day",
                "nearly", "almost", "popular", "busy", "long", "short", "far", "strong", "weak", "quick")
"""Measures without a number: quoted back with the question for one."""

OUTSIDE: Final[dict[str, str]] = {
    "telephone": "telephone anybody", "phone call": "telephone anybody", "rings": "telephone anybody", "ring": "telephone anybody",
    "phones": "telephone anybody", "text message": "send text messages", "sms": "send text messages", "whatsapp": "send chat messages",
    "slack": "send chat messages", "weather": "look up the weather", "forecast": "look up forecasts", "temperature": "measure temperatures",
    "website": "browse the web", "internet": "browse the web", "google": "browse the web", "scrape": "browse the web",
    "print": "print", "fax": "send faxes", "tweet": "post to social media", "instagram": "post to social media", "facebook": "post to social media",
    "drone": "steer machines", "exchange rate": "look up exchange rates", "stock price": "look up prices elsewhere",
    "bank transfer": "move money", "transfer the money": "move money", "charge their card": "move money", "credit card": "move money",
    "predict": "predict", "guess": "guess", "translate": "translate", "machine learning": "learn models", "photo": "handle pictures",
    "picture": "handle pictures", "delete the file": "delete files", "delete all files": "delete files", "delete files": "delete files",
    "wipe": "delete files", "reboot": "run other programs", "install": "run other programs", "shell": "run other programs",
    "password": "handle passwords", "voice": "play recordings", "recorded": "play recordings", "pdf": "make PDF files", "calendar invite": "write calendars",
    "traffic": "look up the traffic", "news": "look up news", "postcard": "send post", "parcel label": "print", "courier": "order couriers",
}
"""What the product cannot do, by the words that ask for it."""


_VOWELLED: Final = frozenset(
    ["menus", "gurus", "emus", "gnus", "haikus", "tutus", "taxis", "skis", "kiwis", "bikinis", "rabbis", "safaris", "alibis", "khakis", "jacuzzis", "wikis", "paparazzis"]
)
"""Plurals of nouns that end with u or i: what ends so is mostly a singular ("status", "basis")."""


def singular(word: str) -> str:
    """Give a noun's singular as far as its ending tells: "entries" → "entry", "boxes" → "box"."""
    if word in _VOWELLED:
        return word[:-1]
    if word in IRREGULAR and word in ("people", "children", "men", "women", "feet", "mice", "halves"):
        return IRREGULAR[word]
    if word.endswith("uses") and word[:-2] in ("bonus", "bus", "status", "campus", "virus", "surplus", "focus", "chorus", "walrus"):
        return word[:-2]
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word in ("lens", "lenses"):
        return "lens"
    if word in ("ids", "ads", "cds", "tvs", "kgs", "pcs", "vms"):
        return word[:-1]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def stem(word: str) -> str:
    """Give a rough stem of a verb or noun, so that "ordered", "orders" and "ordering" meet."""
    word = IRREGULAR.get(word, word)
    word = singular(word)
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "ls":
                word = word[:-1]
            break
    if word.endswith("ment") and len(word) > 6:
        word = word[:-4]
    if word.endswith("ation") and len(word) > 7:
        word = word[:-3]
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def akin(one: str, other: str) -> bool:
    """Whether two words are of one root, as far as their beginnings tell: "rental" and "rented", "delivery" and "delivered"."""
    a, b = sorted((stem(one), stem(other)), key=len)
    return a == b or (len(a) >= 4 and b.startswith(a))

AMOUNT_NAMES: Final = frozenset(
    (
        "charge", "fee", "price", "cost", "amount", "bill", "total", "pay",
        "payout", "payment", "rent", "fine", "refund", "discount", "bonus",
    )
)  # fmt: skip
"""What amounts of money are customarily called."""
AMOUNT: Final = "@amount"
"""Stands for the name of the one returned amount of money."""
