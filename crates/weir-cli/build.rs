//! `weir serve` embeds the page that `ui/` builds.

include!("../../scripts/ui_page.rs");

fn main() {
    ensure_ui_page();
}
