"""The real command line for people: what it prints, what it changes, and that a refusal changes nothing."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

import database
from bench import databases

from . import behind
from .conftest import copy_database
from .forking import waiting
from .test_commands import assert_one_sentence

HELLO = "username,name,manager\nada,Ada Marsh,\nsam,Sam Okoro,ada\nzoe,Zoë Ito,ada\n"
# What has the database take no more at the second step.
FULL_FILE = (
    "CREATE TRIGGER full BEFORE INSERT ON audit_entry WHEN new.about = 'added zoe' "
    "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
)
FULL_SERVER = (
    "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF new.about = 'added zoe' THEN "
    "RAISE EXCEPTION 'the disk is full'; END IF; RETURN new; END $$; "
    "CREATE TRIGGER is_full BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION fail()"
)
COMMANDS = ("add", "disable", "enable", "import", "lead", "list", "merge", "retire")


class CommandLine:
    """A folder with the cast's database in it, and the command line there."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def environ(self) -> dict[str, str]:
        where = {"DATA_DIR": str(self.folder / "data"), **databases.settings(self.folder / "data")}
        return {"PATH": os.environ["PATH"], "SIGN_IN": "demo", **where}

    def run(self, *arguments: str, **more) -> subprocess.CompletedProcess:
        """What `duologue people …` says and how it ends."""
        if not more:
            return waiting().run(("people", *arguments), self.environ, self.folder)
        command = [sys.executable, "-m", "commands", "people", *arguments]
        given = {"env": self.environ, "capture_output": True, "text": True, "encoding": "utf-8", "timeout": 60, **more}
        return subprocess.run(command, cwd=self.folder, check=False, **given)

    def says(self, *arguments: str) -> str:
        """What a command that goes well prints."""
        done = self.run(*arguments)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def file(self, text: str | bytes) -> str:
        """A file with this in it; its name."""
        (self.folder / "staff.csv").write_bytes(text.encode() if isinstance(text, str) else text)
        return "staff.csv"

    def rows(self, sql: str) -> list[tuple]:
        """What the database holds."""
        with behind.connection(self.folder / "data") as connection:
            return connection.execute(sql)

    def execute(self, sql: str) -> None:
        """Change the database behind the program's back."""
        self.rows(sql)

    def dump(self) -> list[str]:
        """All that the database holds."""
        tables = [model._meta.table_name for model in database.MODELS]
        return [str((table, row)) for table in tables for row in sorted(self.rows(f'SELECT * FROM "{table}"'), key=str)]


@pytest.fixture
def people(first_copy, tmp_path) -> CommandLine:
    """The command line in a folder of this test's own."""
    (tmp_path / "data").mkdir()
    copy_database(first_copy, tmp_path / "data")
    return CommandLine(tmp_path)


def test_every_command_is_listed_and_tells_what_it_does(people):
    said = people.says("--help")
    for name in COMMANDS:
        (line,) = (line for line in said.splitlines() if line.startswith(f"  {name} "))
        assert len(line.split()) > 3


def test_an_import_is_tried_out_first_then_carried_out_then_has_nothing_to_do(people):
    file = people.file(HELLO)
    before = people.dump()
    tried = people.says("import", file)
    assert tried == (
        "add zoe\nsam reports to ada\nzoe reports to ada\n"
        "Nothing was changed yet (--apply does it): 1 new, 2 with another line manager.\n"
    )
    assert people.dump() == before
    assert people.says("import", file, "--apply").endswith("Done: 1 new, 2 with another line manager.\n")
    assert people.rows("SELECT name FROM person WHERE subject = 'zoe'") == [("Zoë Ito",)]
    assert people.rows("SELECT count(*) FROM pair WHERE from_directory") == [(2,)]
    assert people.rows("SELECT event, about FROM audit_entry") == [("directory", "added zoe")]
    before = people.dump()
    assert people.says("import", file, "--apply") == "There is nothing to do.\n"
    assert people.dump() == before


def test_an_import_with_something_wrong_in_it_tells_all_and_changes_nothing(people):
    file = people.file("username;name;manager\r\nzoe;;nobody\r\nmei;Mei;\r\nmei;Mei;\r\n")
    before = people.dump()
    for more in ([], ["--apply"]):
        done = people.run("import", file, *more)
        assert (done.returncode, done.stdout) == (1, "")
        lines = done.stderr.splitlines()
        assert [line.split(":")[0] for line in lines] == [
            "line 2, column name",
            "line 2, column manager",
            "line 4, column username",
            "duologue",
        ]
        assert lines[-1] == "duologue: Nothing was changed: put these 3 things of the file right first."
    assert people.dump() == before


def test_of_very_many_problems_the_first_thousand_are_told(people):
    file = people.file("username,name\n" + "-,x\n" * 1200)
    lines = people.run("import", file).stderr.splitlines()
    assert len(lines) == 1002
    assert lines[-2] == "… and 200 more."


def test_a_file_that_is_none_is_one_sentence(people):
    assert_one_sentence(people.run("import", "nowhere.csv"), "nowhere.csv cannot be read: No such file")
    assert_one_sentence(people.run("import", "data"), "cannot be read: Is a directory")
    assert_one_sentence(people.run("import", people.file(b"username,name\nzoe,Zo\xeb\n")), "not UTF-8")
    assert_one_sentence(people.run("import", people.file("username,name\n" + "x" * 5_000_000)), "larger than 5 MB")


def begun(people, file: str) -> subprocess.Popen:
    """An import at work."""
    command = [sys.executable, "-u", "-m", "commands", "people", "import", file, "--apply"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=people.folder, env=people.environ, **pipes)


def test_others_can_save_while_the_file_is_read(people):
    os.mkfifo(people.folder / "slow.csv")
    with begun(people, "slow.csv") as process:
        with (people.folder / "slow.csv").open("w") as slow:
            with behind.connection(people.folder / "data") as writer:
                writer.execute("UPDATE person SET time_zone = 'Europe/Paris' WHERE subject = 'ada'")
            slow.write(HELLO)
        said, problem = process.communicate(timeout=30)
    assert (process.returncode, problem) == (0, "")
    assert "Done: 1 new" in said


def test_only_what_was_printed_is_carried_out(people):
    file = people.file(HELLO)
    with behind.connection(people.folder / "data") as writer:
        writer.begin_alone()
        with begun(people, file) as process:
            assert process.stdout.readline() == "add zoe\n"
            while not process.stdout.readline().startswith("zoe reports"):
                pass
            writer.execute("UPDATE person SET name = 'Ada Other' WHERE subject = 'ada'")
            writer.execute("COMMIT")
            _, problem = process.communicate(timeout=30)
    assert process.returncode == 1
    assert problem == "duologue: Nothing was changed, since people changed meanwhile: run it once more.\n"
    assert people.rows("SELECT count(*) FROM person WHERE subject = 'zoe'") == [(0,)]


def test_the_missing_are_disabled_with_their_number_confirmed(people):
    file = people.file("username,name\nada,Ada Marsh\nsam,Sam Okoro\n")
    before = people.dump()
    for more in ([], ["--apply"], ["--apply", "--yes-disable", "2"]):
        done = people.run("import", file, "--disable-missing", *more)
        assert done.returncode == 1
        assert "disable lee\ndisable noor\ndisable robin\n" in done.stdout
        assert "3 of 5 people are not in the file" in done.stderr
        assert done.stderr.endswith("add --yes-disable 3.\n")
    assert people.dump() == before
    said = people.says("import", file, "--disable-missing", "--apply", "--yes-disable", "3")
    assert said.endswith("Done: 3 disabled.\n")
    assert people.rows("SELECT count(*) FROM person WHERE disabled_at IS NOT NULL AND epoch = 1") == [(3,)]


def test_the_disabled_in_a_file_are_said_to_stay_so(people):
    people.says("disable", "sam")
    said = people.says("import", people.file(HELLO), "--apply")
    assert "sam stays disabled, and as they were\n" in said


def test_a_terminal_sees_how_far_it_is(people):
    master, terminal = pty.openpty()
    done = people.run(
        "import", people.file(HELLO), "--apply", capture_output=False, stderr=terminal, stdout=subprocess.PIPE
    )
    os.close(terminal)
    seen = os.read(master, 10_000).decode()
    os.close(master)
    assert done.returncode == 0
    assert "100%" in seen


def test_somebody_is_added_disabled_enabled_and_retired(people):
    assert people.says("add", "ZOE", "--name", "Zoe Ito", "--email", "zoe@example.org") == "Added zoe.\n"
    assert people.says("disable", "zoe") == "Disabled zoe.\n"
    assert people.says("enable", "Zoe") == "Enabled zoe.\n"
    assert people.says("retire", "zoe") == "Retired zoe.\n"
    columns = "issuer, name, email, time_zone, epoch, retired_at IS NOT NULL, disabled_at IS NOT NULL"
    (zoe,) = people.rows(f"SELECT {columns} FROM person WHERE subject = 'zoe'")
    assert zoe == ("demo", "Zoe Ito", "zoe@example.org", "Europe/London", 2, 1, 1)
    assert [about for (about,) in people.rows("SELECT about FROM audit_entry ORDER BY number")] == [
        "added zoe",
        "disabled zoe",
        "enabled zoe",
        "retired zoe",
    ]


def test_a_retired_name_is_given_to_another_only_with_again(people):
    people.says("retire", "sam")
    before = people.dump()
    assert_one_sentence(people.run("add", "sam", "--name", "Sam Other"), "sam was retired", "--again")
    assert_one_sentence(people.run("enable", "sam"), "retired for good")
    assert people.dump() == before
    assert people.says("add", "sam", "--name", "Sam Other", "--again") == "Added sam.\n"
    assert people.rows("SELECT count(*) FROM person WHERE name LIKE 'Sam %'") == [(2,)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["disable", "nobody"], "Nobody is called 'nobody'"),
        (["disable", "a b"], "'a b' cannot be a username"),
        (["add", "zoe", "--name", " "], "is no name"),
        (["add", "zoe", "--name", "Zoe", "--email", "zoe"], "is no e-mail address"),
        (["add", "zoe", "--name", "Zoe", "--time-zone", "London"], "is no time zone"),
        (["add", "sam", "--name", "Sam"], "sam is here already"),
        (["merge", "sam", "sam"], "one person already"),
        (["merge", "sam", "ada"], "have one-to-ones with each other"),
        (["lead", "nobody", "--yes"], "Nobody is called 'nobody'"),
    ],
)
def test_what_is_refused_is_one_sentence_and_changes_nothing(people, arguments, words):
    before = people.dump()
    assert_one_sentence(people.run(*arguments), words)
    assert people.dump() == before


def test_two_names_of_one_person_are_merged(people):
    people.says("add", "samuel", "--name", "Sam Okoro")
    said = people.says("merge", "sam", "samuel")
    assert said == "Merged sam into samuel; pairs that came along: 1.\n"
    assert people.rows("SELECT count(*) FROM pair JOIN person ON report_id = person.id WHERE subject = 'samuel'") == [
        (1,)
    ]


def test_a_merger_says_that_the_people_leads_role_did_not_come_along(people):
    people.says("add", "rob", "--name", "Robin Vale")
    assert people.says("merge", "robin", "rob").endswith("'duologue people lead rob --yes' gives it.\n")


def test_whoever_was_set_aside_is_still_found_by_that_name(people):
    people.says("retire", "sam")
    people.says("add", "sam", "--name", "Sam Other", "--again")
    ((aside,),) = people.rows("SELECT subject FROM person WHERE subject LIKE 'sam~%'")
    assert_one_sentence(people.run("enable", aside), f"{aside} was retired for good")


def test_one_name_is_found_in_the_same_way_by_every_command(people):
    settings = {"SIGN_IN": "proxy-env", "PUBLIC_URL": "https://meetings.example.org", "PROXY_REALM": "@example.org"}
    other = people.folder / "other"
    places = {"DATA_DIR": str(other), "KEYRING_FILE": str(people.folder / "keyring"), **databases.settings(other)}
    sam = "Sam@Example.org"
    for command in (
        ["keys", "new"],
        ["create"],
        ["people", "add", sam, "--name", "Sam Okoro"],
        ["people", "disable", sam],
        ["erase", "person", sam],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "commands", *command],
            env={**people.environ, **settings, **places},
            cwd=people.folder,
            capture_output=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, b""), done


def test_the_list_shows_names_and_states_and_nothing_else(people):
    people.says("disable", "sam")
    people.says("retire", "noor")
    people.says("import", people.file("username,name,people_lead\nada,Ada Marsh,yes\n"), "--apply")
    lines = [line.split() for line in people.says("list").splitlines()]
    assert [(line[0], " ".join(line[3:-1] if line[-1].startswith("2") else line[3:])) for line in lines] == [
        ("ada", "active, people lead"),
        ("lee", "active"),
        ("noor", "retired on"),
        ("robin", "active, people lead"),
        ("sam", "disabled since"),
    ]


def test_the_list_cannot_steer_a_terminal(people):
    with behind.connection(people.folder / "data") as connection:
        connection.execute("UPDATE person SET name = ? WHERE subject = 'ada'", "Ada\x07\u202e")
    assert r"Ada\x07\u202e" in people.says("list")


@pytest.mark.parametrize("arguments", [["import", "staff.csv", "--apply"], ["add", "zoe", "--name", "Zoe"]])
def test_what_breaks_off_half_way_has_changed_nothing(people, arguments):
    people.file("username,name\nmei,Mei\nzoe,Zoe\n")
    people.execute(FULL_SERVER if databases.server else FULL_FILE)
    before = people.dump()
    assert_one_sentence(people.run(*arguments), "the disk is full")
    assert people.dump() == before


def test_words_that_do_not_open_are_one_sentence(people):
    people.execute("UPDATE pair SET place = 'nokey:AAAA', accepted_at = NULL")
    people.execute("DELETE FROM meeting")
    before = people.dump()
    assert_one_sentence(
        people.run("import", people.file(HELLO), "--apply"), "What is stored at pair/place/", "does not"
    )
    assert people.dump() == before


def test_the_role_is_given_and_taken_back(people):
    assert people.says("lead", "sam", "--yes") == "sam is a people lead.\n"
    assert people.rows("SELECT people_lead FROM person WHERE subject = 'sam'") == [(1,)]
    assert people.says("lead", "sam", "--no") == "sam is not a people lead.\n"
    assert people.rows("SELECT event FROM audit_entry") == [("role",), ("role",)]
    assert people.run("lead", "sam").returncode != 0


def test_where_sign_in_says_who_leads_the_command_says_so(people):
    settings = {
        "SIGN_IN": "proxy-jwt",
        "PUBLIC_URL": "https://meetings.example.org",
        "KEYRING_FILE": str(people.folder / "keyring"),
        "PROXY_JWT_HEADER": "X-Assertion",
        "PROXY_JWT_ISSUER": "https://sso.example.org",
        "PROXY_JWT_AUDIENCE": "duologue",
        "PROXY_JWT_KEYS": "https://sso.example.org/keys",
        "PROXY_PEOPLE_LEAD_GROUP": "hr",
    }
    done = people.run("lead", "sam", "--yes", env={**people.environ, **settings})
    assert_one_sentence(done, "The group hr decides")
