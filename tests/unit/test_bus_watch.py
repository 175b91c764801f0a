"""A consumer that has stopped is told from one that has nothing to read."""

from hub.connectors.kafka.watch import Watch


class Hand:
    """A clock that moves by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_silence_is_asked_about_only_after_a_while():
    hand = Hand()
    watch = Watch(hand, 10.0)
    hand.now += 9.9
    assert not watch.due()
    hand.now += 0.1
    assert watch.due()
    watch.progressed()
    assert not watch.due()


def test_a_consumer_at_the_end_has_not_stopped():
    watch = Watch(Hand(), 10.0)
    assert not watch.stalled({})
    assert not watch.stalled({})


def test_a_consumer_that_stands_at_the_same_place_twice_has_stopped():
    watch = Watch(Hand(), 10.0)
    assert not watch.stalled({3: 70})
    assert watch.stalled({3: 70})


def test_messages_that_came_a_moment_ago_are_no_stop():
    watch = Watch(Hand(), 10.0)
    assert not watch.stalled({3: 70})
    watch.progressed()
    assert not watch.stalled({3: 75})
    assert not watch.stalled({4: 10})


def test_asking_starts_the_silence_anew():
    hand = Hand()
    watch = Watch(hand, 10.0)
    hand.now += 10
    watch.stalled({1: 5})
    assert not watch.due()
    hand.now += 10
    assert watch.due()
