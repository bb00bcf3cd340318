use weir_store::Store;

use crate::store;

fn pair(name: &str, value: &str) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

#[test]
fn settings_are_kept_and_overwritten() {
    let (dir, store) = store();
    assert!(store.settings().unwrap().is_empty());
    store.put_settings(vec![pair("theme", "dark"), pair("language", "ko")]).unwrap();
    store.put_settings(vec![pair("theme", "light")]).unwrap();
    store.change_settings(vec!["language".to_owned()], vec![pair("density", "compact")]).unwrap();
    store.change_settings(vec!["never set".to_owned()], vec![pair("language", "ko")]).unwrap();
    drop(store);
    let store = Store::open(&dir.path().join("weir.db")).unwrap();
    let settings: Vec<_> = store.settings().unwrap().into_iter().collect();
    assert_eq!(
        settings,
        [pair("density", "compact"), pair("language", "ko"), pair("theme", "light")]
    );
}
