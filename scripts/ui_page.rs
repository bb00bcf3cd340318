// Included by the build scripts of both hosts: `ui/dist` must exist when they embed it. A build of the
// Rust side alone gets a page that says how to make the real one; a test refuses to package it.

/// Writes the placeholder page unless the UI has been built.
fn ensure_ui_page() {
    let Ok(manifest) = std::env::var("CARGO_MANIFEST_DIR") else { return };
    let mut root = std::path::PathBuf::from(manifest);
    while !root.join("ui/package.json").exists() {
        if !root.pop() {
            return;
        }
    }
    let dist = root.join("ui/dist");
    let page = dist.join("index.html");
    println!("cargo:rerun-if-changed={}", dist.display());
    if page.exists() {
        return;
    }
    let text = "<!doctype html><title>Weir</title><p>weir-ui-placeholder: run `npm ci &amp;&amp; npm run build` in ui/ and build again.</p>";
    if let Err(error) = std::fs::create_dir_all(&dist).and_then(|()| std::fs::write(&page, text)) {
        println!("cargo:warning=cannot write {}: {error}", page.display());
    }
}
