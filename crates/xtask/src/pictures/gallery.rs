//! docs/screens and docs/SCREENS.md: of each screen one sheet of its four pictures, small enough for a repository.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use weir_tests::programs;

/// A sheet's width: two pictures beside each other, of which words are still read.
const WIDTH: &str = "1872x";
/// Fewer shades a channel, then a palette, without dithering: areas of one colour stay so and thin lines stay, which
/// a palette of so many shades alone would not keep.
const COLOURS: [&str; 5] = ["+dither", "-posterize", "52", "-colors", "256"];
const HEAD: &str = "\
# Every screen

Each picture shows one screen four times: English and, below it, Korean; light and, beside it, dark. All are of the real
window, 1440 x 900, on a local cluster of three brokers with the sample workload. `cargo xtask pictures screens` takes
them anew, and writes this page.
";

/// One screen's pictures: English light, English dark, Korean light, Korean dark.
pub(super) struct Sheet {
    pub(super) name: &'static str,
    pub(super) says: &'static str,
    pub(super) pictures: [PathBuf; 4],
}

/// Writes the sheets of all screens of which pictures were taken, and the page that shows every screen.
pub(super) fn write(docs: &Path, sheets: &[Sheet]) -> anyhow::Result<()> {
    let folder = docs.join("screens");
    std::fs::create_dir_all(&folder)?;
    for sheet in sheets.iter().filter(|sheet| sheet.pictures.iter().all(|path| path.exists())) {
        join(&sheet.pictures, &folder.join(format!("{}.png", sheet.name)))?;
    }
    let mut page = HEAD.to_owned();
    for Sheet { name, says, .. } in sheets {
        write!(page, "\n## {says}\n\n![{says}](screens/{name}.png)\n")?;
    }
    Ok(std::fs::write(docs.join("SCREENS.md"), page)?)
}

fn join(pictures: &[PathBuf; 4], to: &Path) -> anyhow::Result<()> {
    let mut convert = Command::new("convert");
    for row in pictures.chunks(2) {
        convert.arg("(").args(row).args(["+append", ")"]);
    }
    convert.args(["-append", "-resize", WIDTH]).args(COLOURS);
    convert.args(["-strip", "-define", "png:compression-level=9"]);
    programs::stdout(convert.arg(to)).map(drop)
}
