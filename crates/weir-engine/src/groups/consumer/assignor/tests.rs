use super::*;

const A: Uuid = Uuid([1; 16]);
const B: Uuid = Uuid([2; 16]);

fn consumer(
    id: &str,
    instance: Option<&str>,
    topics: &[Uuid],
    target: &[(Uuid, &[i32])],
) -> Consumer {
    Consumer {
        id: Str::from(id),
        instance: instance.map(Str::from),
        topics: Arc::new(topics.iter().copied().collect()),
        target: Arc::new(
            target.iter().map(|(topic, p)| (*topic, p.iter().copied().collect())).collect(),
        ),
    }
}

/// A member with its partitions, by the first byte of the topic's id.
type Assigned = (String, Vec<(u8, Vec<i32>)>);

fn assigned(assignor: &str, topics: &[(Uuid, i32)], consumers: Vec<Consumer>) -> Vec<Assigned> {
    let spec = Spec { consumers, topics: topics.to_vec() };
    let targets = assign(assignor, &spec).into_iter();
    targets
        .map(|(id, partitions)| {
            let of = partitions.into_iter().map(|(t, p)| (t.0[0], p.into_iter().collect()));
            (id.to_string(), of.collect())
        })
        .collect()
}

#[test]
fn range_gives_runs_and_orders_static_members_first() {
    let targets = assigned(
        "range",
        &[(A, 3), (B, 3)],
        vec![consumer("m1", None, &[A, B], &[]), consumer("m2", Some("i0"), &[A, B], &[])],
    );
    assert_eq!(targets[0], ("m1".to_owned(), vec![(1, vec![2]), (2, vec![2])]));
    assert_eq!(targets[1], ("m2".to_owned(), vec![(1, vec![0, 1]), (2, vec![0, 1])]));
}

#[test]
fn range_counts_only_a_topics_own_subscribers() {
    let targets = assigned(
        "range",
        &[(A, 2), (B, 3)],
        vec![consumer("m1", None, &[A], &[]), consumer("m2", None, &[A, B], &[])],
    );
    assert_eq!(targets[0].1, [(1, vec![0])]);
    assert_eq!(targets[1].1, [(1, vec![1]), (2, vec![0, 1, 2])]);
}

#[test]
fn more_consumers_than_partitions_leave_some_without() {
    for assignor in ASSIGNORS {
        let consumers = ["m1", "m2", "m3"].map(|id| consumer(id, None, &[A], &[])).to_vec();
        let targets = assigned(assignor, &[(A, 2)], consumers);
        let sizes: Vec<usize> = targets.iter().map(|(_, of)| of.len()).collect();
        assert_eq!(sizes, [1, 1, 0], "{assignor}");
    }
}

#[test]
fn uniform_keeps_what_members_have_and_moves_only_the_excess() {
    let targets = assigned(
        "uniform",
        &[(A, 4)],
        vec![consumer("m1", None, &[A], &[(A, &[0, 1, 2, 3])]), consumer("m2", None, &[A], &[])],
    );
    assert_eq!(targets[0].1, [(1, vec![0, 1])]);
    assert_eq!(targets[1].1, [(1, vec![2, 3])]);
}

#[test]
fn uniform_drops_topics_and_partitions_that_are_gone() {
    let targets = assigned(
        "uniform",
        &[(A, 1)],
        vec![consumer("m1", None, &[A], &[(A, &[0, 9]), (B, &[0])])],
    );
    assert_eq!(targets[0].1, [(1, vec![0])]);
}

#[test]
fn uniform_of_different_subscriptions_is_balanced_and_sticky() {
    let targets = assigned(
        "uniform",
        &[(A, 4), (B, 2)],
        vec![
            consumer("m1", None, &[A, B], &[(A, &[0, 1, 2, 3]), (B, &[0, 1])]),
            consumer("m2", None, &[A], &[]),
        ],
    );
    let count = |at: usize| targets[at].1.iter().map(|(_, p)| p.len()).sum::<usize>();
    assert_eq!((count(0), count(1)), (3, 3));
    assert!(targets[1].1.iter().all(|(topic, _)| *topic == 1), "m2 gets only what it wants");
}

#[test]
fn nobody_and_nothing_make_nothing() {
    for assignor in ASSIGNORS {
        assert_eq!(assigned(assignor, &[(A, 2)], vec![]), vec![]);
        let alone = assigned(assignor, &[], vec![consumer("m", None, &[], &[])]);
        assert_eq!(alone, [("m".to_owned(), vec![])]);
    }
}
