"""A process is killed in the middle of it: one of two that answer, and the first one, which leads them."""

import psutil

from .at_work import answers, at_work
from .conftest import both_are_there


def test_one_of_two_processes_is_killed_again_and_again_while_both_write(two, pair, postgres):
    with at_work(two, pair) as work:
        for _ in range(2):
            both_are_there(postgres)
            psutil.Process(two.workers()[0]).kill()
            work.is_right_again()
        work.ends()
    assert "Traceback" not in two.log()


def test_the_first_process_is_killed_and_the_service_started_again_while_both_write(two, pair):
    with at_work(two, pair) as work:
        two.kill()
        two.start()
        answers(two)
        work.is_right_again()
        work.ends()
    assert "Traceback" not in two.log()
