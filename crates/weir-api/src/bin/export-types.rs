//! Writes `ui/src/generated` from the command table.
use std::path::Path;

fn main() -> std::io::Result<()> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../ui/src/generated");
    weir_api::export::write(&dir)
}
