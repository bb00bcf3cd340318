//! Several programs open one database for the first time at once.

use std::sync::Barrier;

use weir_store::Store;

#[test]
fn eight_first_openings_at_once_all_succeed() {
    for _ in 0..10 {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("weir.db");
        let start = Barrier::new(8);
        std::thread::scope(|scope| {
            for number in 0..8 {
                let (path, start) = (&path, &start);
                scope.spawn(move || {
                    start.wait();
                    let store = Store::open(path).unwrap();
                    store.put_settings(vec![(format!("key-{number}"), "value".into())]).unwrap();
                });
            }
        });
        assert_eq!(Store::open(&path).unwrap().settings().unwrap().len(), 8);
    }
}
