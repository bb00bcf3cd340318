//! The fuzz targets' corpus, replayed.

use std::fs;
use std::path::Path;

use weir_wire::testing::fuzz;

fn replay(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut count = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let data = fs::read(&path).unwrap();
        // Each prefix too: it costs little and cuts every field once.
        (0..=data.len().min(2000)).for_each(|end| run(&data[..end]));
        run(&data);
        count += 1;
    }
    assert!(count >= 10, "{} has only {count} files", folder.display());
}

#[test]
fn requests() {
    replay("requests", fuzz::request);
}

#[test]
fn responses() {
    replay("responses", fuzz::response);
}

#[test]
fn batches() {
    replay("batches", fuzz::batches);
}
