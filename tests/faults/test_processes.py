"""A process is killed in the middle of it: one of two that answer, and the first one, which leads them."""

import psutil

from .at_work import answers, at_work, eventually


def test_a_process_is_killed_while_both_write(two, pair):
    with at_work(two, pair) as work:
        for _ in range(2):
            killed = two.workers()[0]
            psutil.Process(killed).kill()
            work.is_right_again()
            eventually(lambda killed=killed: len(set(two.workers()) - {killed}) == 2)
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
