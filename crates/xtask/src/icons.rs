//! `cargo xtask codegen icons`: every size of the icon from `icons/weir.svg`.

use anyhow::{Context as _, bail};
use resvg::{tiny_skia, usvg};
use std::path::Path;

/// Edge lengths in pixels.
const SIZES: [u32; 4] = [32, 128, 256, 512];
/// The size inside the Windows icon.
const ICO_SIZE: u32 = 256;

/// Writes the icons, or with `check` fails if a file differs from what would be written.
pub(crate) fn run(root: &Path, check: bool) -> anyhow::Result<()> {
    let folder = root.join("icons");
    let svg = std::fs::read(folder.join("weir.svg")).context("cannot read icons/weir.svg")?;
    let tree = usvg::Tree::from_data(&svg, &usvg::Options::default()).context("icons/weir.svg")?;
    for size in SIZES {
        put(&folder.join(format!("{size}.png")), &png(&tree, size)?, check)?;
    }
    put(&folder.join("weir.ico"), &ico(&png(&tree, ICO_SIZE)?)?, check)
}

fn png(tree: &usvg::Tree, size: u32) -> anyhow::Result<Vec<u8>> {
    let mut pixels = tiny_skia::Pixmap::new(size, size).context("an icon has a size")?;
    let scale = size as f32 / tree.size().width();
    resvg::render(tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().context("cannot encode the icon")
}

/// A Windows icon with one PNG entry of 256 pixels (a zero byte means 256).
fn ico(png: &[u8]) -> anyhow::Result<Vec<u8>> {
    const HEADER: u32 = 22;
    let mut out = vec![0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 0, 32, 0];
    out.extend(u32::try_from(png.len())?.to_le_bytes());
    out.extend(HEADER.to_le_bytes());
    out.extend(png);
    Ok(out)
}

fn put(path: &Path, bytes: &[u8], check: bool) -> anyhow::Result<()> {
    if !check {
        return std::fs::write(path, bytes)
            .with_context(|| format!("cannot write {}", path.display()));
    }
    if std::fs::read(path).ok().as_deref() != Some(bytes) {
        bail!(
            "{} is not what icons/weir.svg gives: run `cargo xtask codegen icons`",
            path.display()
        );
    }
    Ok(())
}
