"""What a search finds and in which order, the same with each engine."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from apps.accounts.models import User, Workspace
from apps.links.models import Domain, Link, LinkState
from apps.links.search.query import EVERYWHERE, MAX_DEPTH, MAX_SIZE, MAX_TEXT, Sort
from apps.links.search.results import MAX_HIGHLIGHT, Field
from tests.links.search.searching import IN_EACH_STATE, NOW, Searching, counted, marked

pytestmark = pytest.mark.django_db

# -- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("spring", "a word of the title"),
        ("SPRING", "in another case"),
        ("sprin", "a beginning, as it is typed"),
        ("s", "a single letter"),
        ("sprnig", "two letters exchanged"),
        ("sprng", "a letter missing"),
        ("sprimg", "a wrong letter"),
        ("springg", "a letter too many"),
        ("cafe", "without the accent that is there"),
        ("café", "with it"),
        ("CAFÉ", "with it in another case"),
        ("cataloge", "a longer word with two errors"),
        ("leaflet", "a word of the description"),
        ("leafle", "a beginning there"),
        ("shop", "the host of the destination"),
        ("shop.example.com", "the whole host"),
        ("garden", "a word of its path"),
        ("garden-tools", "two words of its path"),
        ("utm_source", "a name in its query"),
        ("https://shop.example.com/garden-tools/2026?utm_source=mail", "the whole destination"),
        ("https://www.shop.example.com", "with what is in every URL"),
        ("promotion", "a tag"),
        ("promo", "the beginning of a tag"),
        ("promotoin", "a tag misspelled"),
        ("abc1234", "the code in another case"),
        ("aBc1", "the beginning of the code"),
        ("oldone", "a code that it had before"),
        ("spring shop promotion leaflet", "words in four fields"),
        ("leaflet spring", "in another order"),
        ("sprnig leafl", "an error and a beginning"),
        ("  spring \t sale ", "blanks between"),
        ("spring, sale!", "marks between"),
    ],
)
def test_a_link_is_found_by(searching: Searching, text: str, why: str) -> None:
    searching.link(
        "aBc1234",
        title="Spring sale at the Café, with catalogue",
        description="Printed on the autumn leaflet",
        destination_url="https://shop.example.com/garden-tools/2026?utm_source=mail",
        tags=["promotion", "two words"],
        aliases=["oldOne"],
    )
    searching.link("zzzzzzz", title="Nothing alike", destination_url="https://other.test/")

    assert searching.codes(text) == ["aBc1234"], why


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("winter", "no such word"),
        ("spring winter", "one of the words is missing"),
        ("pring", "the first letter is missing"),
        ("xpring", "the first letter is wrong"),
        ("sae", "a short word misspelled"),
        ("sxrxng", "two errors in a short word"),
        ("ale", "from the middle of a word"),
        ("***", "no word at all"),
        ("'; --", "marks apart, no word among them"),
        ("s_le", "an underscore is no wildcard"),
        ("s%le", "nor is a per cent sign"),
    ],
)
def test_a_link_is_not_found_by(searching: Searching, text: str, why: str) -> None:
    searching.link("aBc1234", title="Spring sale at the shop", destination_url="https://dest.test/")

    assert searching.codes(text) == [], why


def test_the_short_url_of_a_link_finds_it_whatever_its_words(searching: Searching) -> None:
    link = searching.link("aBc1234", aliases=["before1"])
    searching.link("aBc12345")

    host = link.domain.hostname
    for text in (f"{host}/aBc1234", f"https://{host}/aBc1234", f"http://{host.upper()}/before1", f"{host}/aBc1234/"):
        assert searching.codes(text)[:1] == ["aBc1234"], text


# -- order ----------------------------------------------------------------------------------------

# Words, and codes in the order that people would expect.
RELEVANCE = [
    # An exact code comes before everything; a word of a code counts like one of the title.
    ("menu", ["menu", "menu-2026", "title-w", "tag", "note", "dest", "title-p"]),
    ("MENU", ["menu", "menu-2026", "title-w", "tag", "note", "dest", "title-p"]),
    # A whole word of the title, of tags, of the description, of the destination, a longer word.
    ("lunch", ["title-w", "tag", "note", "dest", "longer", "typo"]),
    # The title that has the words side by side, before the one that has them apart.
    ("summer party", ["party-1", "party-2"]),
    # The title that is just this, before those with more to say, of which the newer one comes first.
    ("summer", ["just-so", "party-2", "party-1"]),
]


def _menu_of_links(searching: Searching) -> None:
    # The oldest come first here, so that no order is right by itself.
    fields: list[tuple[str, dict[str, Any]]] = [
        ("typo", {"title": "Lunhc"}),
        ("longer", {"title": "Lunchtime"}),
        ("dest", {"destination_url": "https://dest.test/lunch/menu"}),
        ("note", {"description": "the menu for lunch"}),
        ("tag", {"tags": ["lunch", "menu"]}),
        ("title-p", {"title": "Menus"}),
        ("title-w", {"title": "Lunch and dinner menu"}),
        ("menu-2026", {"title": "Drinks"}),
        ("menu", {"title": "Desserts"}),
        ("party-2", {"title": "Party by the lake in summer"}),
        ("party-1", {"title": "The summer party"}),
        ("just-so", {"title": "Summer"}),
    ]
    for hours, (code, values) in enumerate(fields):
        searching.link(code, created_at=NOW - timedelta(hours=hours), **values)


def test_what_people_mean_comes_first(searching: Searching) -> None:
    _menu_of_links(searching)

    assert {text: searching.codes(text) for text, _codes in RELEVANCE} == dict(RELEVANCE)


def test_of_equals_the_newest_comes_first_and_then_the_last_made(searching: Searching) -> None:
    for code, hours in (("old", 5), ("new", 1), ("twin-1", 3), ("twin-2", 3)):
        searching.link(code, title="Same", created_at=NOW - timedelta(hours=hours))

    assert searching.codes("same") == ["new", "twin-2", "twin-1", "old"]
    assert searching.codes("same", sort=Sort.OLDEST) == ["old", "twin-1", "twin-2", "new"]


def test_relevance_gives_way_to_the_order_that_is_asked_for(searching: Searching) -> None:
    searching.link("a", title="Same but longer", created_at=NOW)
    searching.link("b", title="Same", created_at=NOW - timedelta(hours=1))

    assert searching.codes("same") == ["b", "a"]
    assert searching.codes("same", sort=Sort.NEWEST) == ["a", "b"]


def test_without_words_all_links_are_found_newest_first(searching: Searching) -> None:
    for code in ("first", "second", "third"):
        searching.link(code)

    assert searching.codes("") == searching.codes(" \t") == ["first", "second", "third"]


# -- who may find what ----------------------------------------------------------------------------


def test_links_of_other_workspaces_are_never_found(searching: Searching, stranger: User) -> None:
    other = Workspace.objects.get(personal_for=stranger)
    theirs = searching.link("secret1", title="Spring", workspace=other, tags=["spring"])
    mine = searching.link("mine", title="Spring")
    host = theirs.domain.hostname

    for text in ("spring", "secret1", "secre", f"{host}/secret1", f"https://{host}/secret1", "", "sprnig"):
        found = searching.ask(text)
        assert theirs.pk not in {hit.link_id for hit in found.hits}, text
        assert found.total <= 1
        assert counted(found.facets.tags) == {}
    assert searching.codes("spring", workspace_ids=(other.pk,)) == ["secret1"]
    assert set(searching.codes("spring", workspace_ids=(other.pk, searching.workspace.pk))) == {"secret1", "mine"}
    assert searching.codes("mine", workspace_ids=()) == []
    assert searching.ask("", workspace_ids=()).total == 0
    assert mine.workspace_id == searching.workspace.pk


def test_the_back_office_searches_everywhere(searching: Searching, stranger: User) -> None:
    other = Workspace.objects.get(personal_for=stranger)
    searching.link("mine", title="Quokka")
    searching.link("theirs", title="Quokka", workspace=other, tags=["zoo"])
    searching.link("gone", title="Quokka", workspace=other, deleted_at=NOW)

    assert searching.codes("quokka", workspace_ids=EVERYWHERE) == ["mine", "theirs"]
    assert searching.codes("quokka", workspace_ids=EVERYWHERE, tags=("zoo",)) == ["theirs"]
    assert searching.codes("quokka", workspace_ids=EVERYWHERE, state=LinkState.DELETED) == ["gone"]
    assert searching.ask("", workspace_ids=EVERYWHERE).total >= 2


def test_links_are_filtered_by_owner(searching: Searching, owner: User, stranger: User) -> None:
    searching.link("mine", title="Spring", owner=owner)
    searching.link("theirs", title="Spring", owner=stranger)
    searching.link("nobodys", title="Spring")

    assert searching.codes("spring", owner_id=owner.pk) == ["mine"]


# -- filters --------------------------------------------------------------------------------------


def test_links_are_filtered_by_all_of_the_tags_in_whatever_case(searching: Searching) -> None:
    searching.link("both", title="Spring", tags=["News", "two words"])
    searching.link("one", title="Spring", tags=["News"])
    searching.link("none", title="Spring")

    assert searching.codes("spring", tags=("news",)) == ["both", "one"]
    assert searching.codes("spring", tags=("NEWS", "Two Words")) == ["both"]
    assert searching.codes("spring", tags=("new",)) == []
    assert searching.codes("", tags=("two words",)) == ["both"]


def test_links_are_filtered_by_domain(searching: Searching) -> None:
    other = Domain.objects.create(hostname="other.example")
    searching.link("here", title="Spring")
    searching.link("there", title="Spring", domain=other)

    assert searching.codes("spring", hostname="Other.example") == ["there"]
    assert searching.codes("spring", hostname="other") == []


def test_links_are_filtered_by_the_time_at_which_they_were_made(searching: Searching) -> None:
    for code, day in (("first", 1), ("second", 2), ("third", 3)):
        searching.link(code, created_at=datetime(2026, 10, day, tzinfo=UTC))

    bounds = {"created_from": datetime(2026, 10, 2, tzinfo=UTC), "created_before": datetime(2026, 10, 3, tzinfo=UTC)}
    assert searching.codes("", **bounds) == ["second"]
    assert searching.codes("", created_from=bounds["created_from"]) == ["third", "second"]


def test_links_are_filtered_by_state_and_deleted_ones_shown_only_when_asked_for(searching: Searching) -> None:
    for state, fields in IN_EACH_STATE.items():
        searching.link(state.replace("_", "-"), title="Spring", **fields)
    # Of two states that would fit, the more final one holds.
    searching.link("late", title="Spring", is_active=False, expires_at=NOW - timedelta(days=1), deleted_at=None)

    alive = {state.replace("_", "-") for state in IN_EACH_STATE} - {"deleted"} | {"late"}
    assert set(searching.codes("spring")) == alive
    for state in set(IN_EACH_STATE) - {LinkState.DISABLED}:
        assert searching.codes("spring", state=state) == [state.replace("_", "-")], state
    assert searching.codes("spring", state=LinkState.DISABLED) == ["disabled", "late"]


def test_states_go_by_the_time_of_the_question(searching: Searching) -> None:
    searching.link("due", expires_at=NOW + timedelta(hours=1))

    assert searching.codes("", state=LinkState.EXPIRED) == []
    assert searching.codes("", state=LinkState.EXPIRED, now=NOW + timedelta(hours=1)) == ["due"]


# -- facets ---------------------------------------------------------------------------------------


def test_facets_count_what_was_found(searching: Searching) -> None:
    other = Domain.objects.create(hostname="other.example")
    october = datetime(2026, 10, 31, 23, 30, tzinfo=UTC)
    searching.link("a", title="Spring", tags=["News", "sale"], created_at=NOW)
    searching.link("b", title="Spring", tags=["News"], domain=other, created_at=october)
    searching.link("c", title="Spring", is_active=False, created_at=october)
    searching.link("d", title="Autumn", tags=["News"])
    searching.link("e", title="Spring", deleted_at=NOW)

    facets = searching.ask("spring").facets

    assert [(count.value, count.count) for count in facets.tags] == [("News", 2), ("sale", 1)]
    assert counted(facets.hostnames) == {searching.domain.hostname: 2, "other.example": 1}
    assert counted(facets.states) == {"active": 2, "disabled": 1}
    assert [(count.value, count.count) for count in facets.months] == [("2026-11", 1), ("2026-10", 2)]


def test_months_begin_where_the_viewer_is(searching: Searching) -> None:
    searching.link("a", created_at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))

    assert counted(searching.ask("", timezone="Europe/Berlin").facets.months) == {"2026-11": 1}


def test_facets_are_left_out_on_demand(searching: Searching) -> None:
    searching.link("a", tags=["News"])

    facets = searching.ask("", with_facets=False).facets

    assert (facets.tags, facets.hostnames, facets.states, facets.months) == ((), (), (), ())


# -- highlights -----------------------------------------------------------------------------------


def test_matches_are_marked_in_each_field(searching: Searching) -> None:
    searching.link(
        "spring",
        title="Spring, <b>Springs</b> & sprang",
        description="In spring",
        destination_url="https://dest.test/spring?x=1",
        tags=["spring time", "other"],
    )

    (hit,) = searching.ask("spring").hits

    assert marked(hit) == {
        Field.CODE: "[spring]",
        Field.TITLE: "[Spring], <b>[Spring]s</b> & sprang",
        Field.DESCRIPTION: "In [spring]",
        Field.DESTINATION_URL: "https://dest.test/[spring]?x=1",
        Field.TAGS: "[spring] time",
    }


def test_a_misspelled_word_is_marked_where_it_was_meant(searching: Searching) -> None:
    searching.link("abc", title="The catalogue")

    (hit,) = searching.ask("cataloge").hits

    assert marked(hit) == {Field.TITLE: "The [catalogue]"}


def test_highlights_of_long_texts_are_cut_around_the_match(searching: Searching) -> None:
    searching.link("abc", description="x " * 300 + "needle" + " y" * 100)

    (hit,) = searching.ask("needle").hits

    shown = hit.highlights[Field.DESCRIPTION]
    assert [segment.text for segment in shown if segment.is_match] == ["needle"]
    assert sum(len(segment.text) for segment in shown) <= MAX_HIGHLIGHT
    assert (shown[0].text, shown[-1].text) == ("…", "…")


# -- pages ----------------------------------------------------------------------------------------


def test_pages_follow_each_other_and_tell_the_total(searching: Searching) -> None:
    for number in range(7):
        searching.link(f"link{number}", title="Same")

    pages = [searching.codes("same", page=page, size=3) for page in (1, 2, 3, 4)]

    assert pages == [["link0", "link1", "link2"], ["link3", "link4", "link5"], ["link6"], []]
    found = searching.ask("same", page=2, size=3)
    assert (found.total, found.is_total_exact) == (7, True)


def test_pages_that_are_too_deep_are_empty_but_tell_the_total(searching: Searching) -> None:
    searching.link("abc", title="Same")

    found = searching.ask("same", page=MAX_DEPTH, size=MAX_SIZE)

    assert (list(found.hits), found.total) == ([], 1)


# -- hostile input --------------------------------------------------------------------------------

SYNTAX = [
    "title:spring",
    "*",
    "?",
    "sp*",
    "(spring",
    'spring"',
    "spring AND NOT menu",
    "spring~9",
    "spring^9",
    "[a TO z]",
    "/.*/",
    "\\",
    "&&",
    "{}",
]
SYNTAX += [
    "'; DROP TABLE links_link; --",
    "spring:*",
    "!spring",
    "spring & | <->",
    "%",
    "_",
    "<script>alert(1)</script>",
    "${jndi:ldap://x}",
]
STRANGE = [
    "\0",
    "a\0b",
    "\ud800",
    "\u202espring",
    "\r\n",
    "x" * 10_000,
    "a " * 5_000,
    "é" * 500,
    "\U0001f680",
    "日本",
    "ﷺ" * 200,
    "a" * 13 + "*",
    # A mark without a letter, as in faces.
    "( \u0361\u00b0 \u035c\u0296 \u0361\u00b0)",
]


def test_what_people_type_is_plain_text_and_always_answered(searching: Searching) -> None:
    searching.link("abc", title="Spring")
    searching.link("face", title="( \u0361\u00b0)")

    for text in [*SYNTAX, *STRANGE]:
        found = searching.ask(text, tags=(text[:3],)), searching.ask(text, hostname=text), searching.ask(text)
        assert all(result.total <= 2 for result in found), text
    # Marks part words and mean nothing else.
    assert searching.codes("(spring") == searching.codes("!spring") == searching.codes("spring:*") == ["abc"]
    assert searching.codes("spring AND NOT menu") == searching.codes("title:spring") == searching.codes("[a TO z]") == []


def test_texts_that_are_too_long_are_cut(searching: Searching) -> None:
    searching.link("abc", title="Spring")

    assert searching.codes("spring " + " " * MAX_TEXT + "winter") == []
    assert searching.codes("spring " * 1_000) == ["abc"]


def test_numbers_out_of_range_are_cut_to_what_is_possible(searching: Searching) -> None:
    searching.link("abc")

    assert searching.codes("", page=-5, size=0) == searching.codes("", size=10**9) == ["abc"]


# -- changes --------------------------------------------------------------------------------------


def test_a_changed_link_is_found_by_its_new_words_alone(searching: Searching) -> None:
    link = searching.link("abc", title="Spring")
    assert searching.codes("spring") == ["abc"]

    Link.objects.filter(pk=link.pk).update(title="Autumn", version=2)
    searching.tell([link.pk])

    assert (searching.codes("spring"), searching.codes("autumn")) == ([], ["abc"])
