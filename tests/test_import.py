"""The staff directory's file: what is read from it, what is wrong with it, and what carrying it out changes."""

import csv
import io
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import directory
import naming
import pairing
import people
import scheduling
from audit import AuditEntry
from models import Pair, Person, Refused
from rows import db

from . import behind
from .conftest import ZONE, config_in

CAST = (
    "username,name,manager\nada,Ada Marsh,\nsam,Sam Okoro,ada\nlee,Lee Park,\nnoor,Noor Haddad,lee\nrobin,Robin Vale,\n"
)


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """Settings of a demo."""
    return config_in(tmp_path_factory.mktemp("settings"))


def carry_out(text: str, config, **options) -> list[str]:
    """Read a file and do what it says; what was done."""
    plan = directory.compare(directory.read(text.encode(), config), config, **options)
    with db.atomic():
        for step in plan.steps:
            plan.take(step)
    return [str(step) for step in plan.steps]


def problems(text: str | bytes, config, **options) -> list[str]:
    """What has to be put right in a file."""
    data = text.encode() if isinstance(text, str) else text
    with pytest.raises(directory.BadFile) as found:
        directory.compare(directory.read(data, config), config, **options)
    assert str(found.value).endswith("of the file right first.")
    return [str(problem) for problem in found.value.problems]


def sentence(data: bytes, config) -> str:
    """Why a file is no file at all."""
    with pytest.raises(Refused) as found:
        directory.read(data, config)
    assert "\n" not in str(found.value)
    return str(found.value)


def by_directory() -> dict[str, str]:
    """Whom the directory has meeting: report → manager."""
    chosen = Pair.select().where(Pair.from_directory, Pair.ended_at.is_null())
    return {pair.report.subject: pair.manager.subject for pair in chosen}


# What is read


CELLS = st.text(st.characters(exclude_categories=["Cs", "Co", "Cn"], exclude_characters="\x00"), max_size=12)
NAMES = CELLS.map(lambda text: f"N{text}").filter(
    lambda text: not any(naming.is_control(letter) for letter in "".join(text.split()))
)


@given(
    names=st.lists(NAMES, min_size=1, max_size=6),
    mark=st.sampled_from(["", "\ufeff"]),
    delimiter=st.sampled_from([",", ";"]),
    end=st.sampled_from(["\n", "\r\n"]),
    order=st.permutations(["username", "name", "email", "manager"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
)
@example(["N,;\"'\n\r\nx", "N\r"], "\ufeff", ";", "\r\n", ["name", "manager", "email", "username"], csv.QUOTE_MINIMAL)
def test_what_a_spreadsheet_writes_is_read_back(config, names, mark, delimiter, end, order, quoting):
    if end == "\n" and quoting == csv.QUOTE_MINIMAL:
        # Python's own writer leaves these unquoted then, and so ends the row.
        names = [name.replace("\r", " ") for name in names]
    rows = [{"username": f"u{n}", "name": name, "email": "", "manager": ""} for n, name in enumerate(names)]
    written = io.StringIO(newline="")
    writer = csv.DictWriter(written, order, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writeheader()
    writer.writerows(rows)
    sheet = directory.read((mark + written.getvalue()).encode(), config)
    assert not sheet.problems
    assert [entry.username for entry in sheet.entries] == [f"u{n}" for n in range(len(names))]
    assert [entry.name for entry in sheet.entries] == [people.name_from(name) for name in names]


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: f"username,name\n{text}".encode()))
def test_whatever_the_bytes_they_are_read_or_refused(config, data):
    try:
        found = directory.read(data, config).entries
    except Refused as problem:
        found = str(problem)
    assert found


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_line_number_is_where_the_row_begins_in_the_file(here, config, end):
    text = end.join(["username,name", 'u1,"One', 'over lines"', "", "u2,--", 'u3,"', "", '"', ""])
    assert [problem.split(":")[0] for problem in problems(text, config)] == [
        "line 5, column name",
        "line 6, column name",
    ]


def test_columns_come_in_any_order_and_case_and_empty_rows_are_skipped(here, config):
    sheet = directory.read(
        b"\xef\xbb\xbf Name ; USERNAME\r\nZoe;ZOE\r\n;;\r\n;\r\n\r\n".replace(b";;\r\n", b""), config
    )
    assert [(entry.username, entry.name) for entry in sheet.entries] == [("zoe", "Zoe")]


def test_a_semicolon_in_a_name_does_not_make_it_the_separator(config):
    sheet = directory.read(b'username,name\nzoe,"Zoe; ;;; Ito"\n', config)
    assert sheet.entries[0].name == "Zoe; ;;; Ito"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "there is no column username"),
        (b"\n\n", "there is no column name"),
        (b"username\tname\n", "'username\\tname' is not known"),
        (b"username,name,salary\n", "the column 'salary' is not known"),
        (b"username,name,Name\n", "the column name is there twice"),
        (b"username,name,\n", "the column '' is not known"),
        (b'username,name\nzoe,"Zoe\n', "line 2: a quotation mark"),
        (b'username,name\nada,Ada\nzoe,"Zoe" Ito\n', "line 3: a quotation mark"),
        (b"username,name\nzoe," + b"x" * 200_000, "line 2: a quotation mark"),
        (b"username,name\nzoe\n", "line 2: the first line has 2 cells, but this one has 1:"),
        (b"username,name\nzoe,Ito,Zoe\n", "line 2: the first line has 2 cells, but this one has 3"),
    ],
)
def test_a_file_of_another_form_is_told_so(here, config, data, words):
    assert any(words in problem for problem in problems(data, config))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"username,name\n", "nobody in the file"),
        (b"username,name\nzoe,Zo\xeb\n", "Line 2 of the file is not UTF-8"),
        ("username,name\nzoe,Zoe\n".encode("utf-16"), "Line 1 of the file is not UTF-8"),
        ("username,name\nzoe,Zoe\n".encode("utf-16-le"), "zero bytes"),
        (b"username,name\nzoe,Z\x00e\n", "zero bytes"),
        (b"username,name\n" + b"x" * 5_000_000, "larger than 5 MB"),
    ],
)
def test_what_is_no_text_is_refused_in_a_sentence(config, data, words):
    assert words in sentence(data, config)


# What is wrong


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("a da,A,,,,", "line 2, column username: 'a da' cannot be a username"),
        (",A,,,,", "line 2, column username: '' cannot be a username"),
        ("zoe,,,,,", "line 2, column name: '' is no name"),
        ("zoe,A,zoe,,,", "line 2, column email: 'zoe' is no e-mail address"),
        ("zoe,A,,nobody,,", "line 2, column manager: nobody is called nobody"),
        ("zoe,A,,n n,,", "line 2, column manager: 'n n' cannot be a username"),
        ("zoe,A,,ZOE,,", "line 2, column manager: zoe cannot be their own line manager"),
        ("zoe,A,,,London,", "line 2, column time_zone: 'London' is no time zone"),
        ("zoe,A,,,,perhaps", "line 2, column people_lead: 'perhaps' is neither yes nor no"),
    ],
)
def test_a_bad_cell_is_told_with_its_place(here, config, row, problem):
    header = "username,name,email,manager,time_zone,people_lead\n"
    (found,) = problems(header + row + "\n", config)
    assert found.startswith(problem)


def test_all_that_is_wrong_is_told_at_once_and_in_order(here, config):
    found = problems("username,name,manager\nzoe,,nobody\nzoe,Zoe,x y\nsam,Sam Okoro,noor\nnoor,Noor,sam\n", config)
    assert [problem.split(":")[0] for problem in found] == [
        "line 2, column name",
        "line 2, column manager",
        "line 3, column manager",
        "line 3, column username",
        "line 4, column manager",
    ]


def test_a_doubled_username_is_told_with_the_first_one(here, config):
    (found,) = problems("username,name\nzoe,Zoe\nmei,Mei\n ZOE ,Zoe\n", config)
    assert found == "line 4, column username: zoe is on line 2 already: take one out."


def test_a_circle_of_managers_is_refused_once(here, config):
    text = "username,name,manager\nu1,One,u3\nu2,Two,u1\nu3,Three,u2\nu4,Four,u1\n"
    (found,) = problems(text, config)
    assert found == ("line 2, column manager: these report to one another in a circle, u1 → u3 → u2 → u1: break it.")


def test_a_circle_that_goes_through_people_whom_the_file_leaves_out_is_refused(here, config):
    carry_out(CAST, config)
    (found,) = problems("username,name,manager\nada,Ada Marsh,sam\n", config)
    assert "sam → ada → sam" in found
    assert by_directory() == {"sam": "ada", "noor": "lee"}


def test_a_long_circle_is_told_in_short(here, config):
    rows = "".join(f"u{n},Name,u{(n + 1) % 3000}\n" for n in range(3000))
    (found,) = problems(f"username,name,manager\n{rows}", config)
    assert len(found) < 150


def test_the_retired_and_the_disabled_cannot_be_managers_nor_come_back(here, config, ada, lee):
    people.disable(ada)
    people.retire(lee)
    found = problems("username,name,manager\nsam,Sam,ada\nnoor,Noor,lee\nlee,Lee,\n", config)
    assert found[0].startswith("line 2, column manager: ada is disabled")
    assert found[1].startswith("line 3, column manager: lee was retired")
    assert found[2].startswith("line 4, column username: lee was retired")


def test_a_manager_who_would_be_disabled_for_not_being_in_the_file_is_told(here, config):
    text = "username,name,manager\nsam,Sam Okoro,ada\n"
    assert carry_out(text, config) == ["sam reports to ada"]
    (found,) = problems(text, config, disable_missing=True)
    assert found.startswith("line 2, column manager: ada is not in this file")


def test_a_column_that_sign_in_governs_is_refused(here, config):
    governed = replace(config, proxy_people_lead_group="hr")
    (found,) = problems("username,name,people_lead\nsam,Sam,yes\n", governed)
    assert found.startswith("line 1, column people_lead: The group hr decides")


def test_a_file_with_something_wrong_changes_nothing(here, config):
    before = behind.everything()
    problems(CAST + "zoe,,\n", config)
    assert behind.everything() == before


# What is changed


def test_a_first_import_brings_everybody_and_a_second_finds_nothing_to_do(here, config):
    text = CAST + "zoe,Zoe Ito,mei\nmei,Mei Tanaka,ada\n"
    assert carry_out(text, config) == [
        "add zoe",
        "add mei",
        "sam reports to ada",
        "noor reports to lee",
        "zoe reports to mei",
        "mei reports to ada",
    ]
    assert by_directory() == {"sam": "ada", "noor": "lee", "zoe": "mei", "mei": "ada"}
    before = behind.everything()
    assert carry_out(text, config) == []
    assert behind.everything() == before


def test_names_and_addresses_follow_the_file_and_an_empty_address_is_none(sam, config):
    assert carry_out("username,name,email\nsam,Sam A. Okoro,\n", config) == ["correct sam: name, email"]
    found = Person.get_by_id(sam.id)
    assert (found.name, found.email) == ("Sam A. Okoro", None)
    assert AuditEntry.get().about == "corrected name, email of sam"


def test_a_column_left_out_changes_nothing(sam, config):
    carry_out(CAST, config)
    assert carry_out("username,name\nsam,Sam Okoro\n", config) == []
    assert Person.get_by_id(sam.id).email == "sam@example.org"


def test_an_empty_manager_means_that_there_is_none(here, config):
    carry_out(CAST, config)
    assert carry_out("username,name,manager\nsam,Sam Okoro,\n", config) == ["sam reports to nobody, no longer to ada"]
    assert by_directory() == {"noor": "lee"}


def test_a_former_manager_reads_for_as_long_as_the_settings_say(here, config):
    carry_out(CAST, config)
    carry_out("username,name,manager\nsam,Sam Okoro,\n", replace(config, former_manager_days=14))
    (ended,) = Pair.select().where(Pair.ended_at.is_null(False))
    assert ended.manager_until == ended.ended_at + timedelta(days=14)


def test_the_time_zone_is_where_new_people_start_and_theirs_to_change(sam, config):
    carry_out("username,name,time_zone\nzoe,Zoe,Asia/Tokyo\nmei,Mei,\nsam,Sam Okoro,Asia/Tokyo\n", config)
    zones = {person.subject: person.time_zone for person in Person.select()}
    assert (zones["zoe"], zones["mei"], zones["sam"]) == ("Asia/Tokyo", ZONE, ZONE)


def test_the_departments_are_those_of_the_file(sam, config):
    done = carry_out("username,name,department\nsam,Sam Okoro,  Sales   and service \nzoe,Zoe,Legal\n", config)
    assert done == ["correct sam: department", "add zoe"]
    departments = {person.subject: person.department for person in Person.select()}
    assert (departments["sam"], departments["zoe"], departments["ada"]) == ("Sales and service", "Legal", "")
    carry_out("username,name\nsam,Sam Okoro\n", config)
    assert people.find("demo", "sam").department == "Sales and service"
    carry_out("username,name,department\nsam,Sam Okoro,\n", config)
    assert people.find("demo", "sam").department == ""


@pytest.mark.parametrize("department", ["x" * 201, "Sales\u202e", "\x1b[2J"])
def test_what_cannot_be_a_department_is_told(here, config, department):
    (found,) = problems(f"username,name,department\nzoe,Zoe,{department}\n", config)
    assert found.startswith("line 2, column department: ")
    assert found.isprintable()


def test_the_people_leads_are_those_of_the_file(sam, robin, config):
    text = "username,name,people_lead\nsam,Sam Okoro,YES\nrobin,Robin Vale,\nada,Ada Marsh,no\nzoe,Zoe,yes\n"
    done = carry_out(text, config)
    assert done == ["a people lead: sam", "no longer a people lead: robin", "add zoe", "a people lead: zoe"]
    leads = {person.subject for person in Person.select().where(Person.people_lead)}
    assert leads == {"sam", "zoe"}


def test_the_disabled_are_left_as_they_are(sam, ada, config):
    people.disable(sam)
    text = "username,name,manager\nsam,Somebody Else,ada\nada,Ada Marsh,\n"
    plan = directory.compare(directory.read(text.encode(), config), config, disable_missing=False)
    assert (plan.steps, plan.left) == ([], ["sam"])


def test_the_missing_are_disabled_only_when_asked_for(here, config, lee):
    text = "username,name\nada,Ada Marsh\nsam,Sam Okoro\nnoor,Noor Haddad\nrobin,Robin Vale\n"
    assert carry_out(text, config) == []
    assert carry_out(text, config, disable_missing=True) == ["disable lee"]
    assert carry_out(text, config, disable_missing=True) == []
    assert Person.get_by_id(lee.id).disabled_at


def test_people_of_another_issuer_are_not_missing(here, config):
    people.add("elsewhere", "zoe", "Zoe", None, ZONE)
    assert carry_out(CAST, config, disable_missing=True) == ["sam reports to ada", "noor reports to lee"]


@pytest.mark.parametrize(
    ("kept", "confirmed", "goes"),
    [(4, None, True), (3, None, False), (3, 1, False), (3, 2, True), (1, 5, False), (1, 4, True)],
)
def test_a_file_that_would_disable_more_than_a_third_is_stopped(here, config, kept, confirmed, goes):
    rows = "".join(f"{name},{name}\n" for name in ("ada", "sam", "lee", "noor", "robin")[:kept])
    plan = directory.compare(directory.read(f"username,name\n{rows}".encode(), config), config, disable_missing=True)
    if goes:
        plan.must_be_meant(confirmed)
    else:
        with pytest.raises(Refused, match=f"add --yes-disable {5 - kept}"):
            plan.must_be_meant(confirmed)


def test_a_third_is_counted_of_those_who_are_not_disabled_already(here, config, ada, sam):
    people.disable(ada)
    people.disable(sam)
    sheet = directory.read(b"username,name\nlee,Lee Park\nnoor,Noor Haddad\n", config)
    plan = directory.compare(sheet, config, disable_missing=True)
    plan.must_be_meant(None)
    people.disable(people.find("demo", "noor"))
    plan = directory.compare(sheet, config, disable_missing=True)
    with pytest.raises(Refused, match="1 of 2 people are not in the file"):
        plan.must_be_meant(None)


CHARTS = st.tuples(*(st.none() | st.integers(0, n - 1) if n else st.none() for n in range(6)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40)
@given(chart=CHARTS, by_hand=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=2))
def test_after_any_files_the_last_one_is_what_holds(here, config, chart, by_hand):
    for report, manager in by_hand:
        who = [people.find("demo", f"p{n}") for n in (report, manager)]
        if report != manager and all(who):
            pairing.invite(who[0], manager=who[1], report=who[0])
    above = {f"p{n}": f"p{manager}" for n, manager in enumerate(chart) if manager is not None}
    rows = [f"p{n},Person {'ABCDEF'[n]},{above.get(f'p{n}', '')}" for n in range(6)]
    text = "\n".join(["username,name,manager", *rows])
    carry_out(text, config)
    assert by_directory() == above
    assert carry_out(text, config) == []
    standing = Pair.select().where(Pair.from_directory, Pair.ended_at.is_null())
    assert all(pair.is_running and scheduling.next_meeting(pair) for pair in standing)
