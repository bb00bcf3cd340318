//! Declares the one command that the page may invoke, and makes sure that a page exists to embed.

include!("../scripts/ui_page.rs");

fn main() {
    ensure_ui_page();
    let manifest = tauri_build::AppManifest::new().commands(&["call"]);
    if let Err(error) =
        tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))
    {
        eprintln!("tauri-build: {error:#}");
        std::process::exit(1);
    }
}
