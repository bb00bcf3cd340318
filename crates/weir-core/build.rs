//! Text ids are the keys of `weir-api/texts/en.json`, written once: this makes them an enum.
use std::fmt::Write as _;
use std::path::Path;

const CATALOGUE: &str = "../weir-api/texts/en.json";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo:rerun-if-changed={CATALOGUE}");
    let text = std::fs::read_to_string(CATALOGUE)?;
    let keys: serde_json::Map<String, serde_json::Value> = serde_json::from_str(&text)?;
    let out = std::env::var("OUT_DIR")?;
    std::fs::write(Path::new(&out).join("text_ids.rs"), render(keys.keys())?)?;
    Ok(())
}

fn render<'a>(keys: impl Iterator<Item = &'a String>) -> Result<String, std::fmt::Error> {
    let (mut variants, mut all, mut names) = (String::new(), String::new(), String::new());
    for key in keys {
        let variant = variant(key);
        writeln!(variants, "    /// `{key}`\n    {variant},")?;
        writeln!(all, "        Self::{variant},")?;
        writeln!(names, "            Self::{variant} => \"{key}\",")?;
    }
    Ok(format!(
        "/// Every sentence that the core can say, by its key in the catalogues.\n\
         #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]\n\
         pub enum TextId {{\n{variants}}}\n\n\
         impl TextId {{\n    pub const ALL: &'static [Self] = &[\n{all}    ];\n\n\
         /// The key in `weir-api/texts/*.json`.\n\
         pub fn key(self) -> &'static str {{\n        match self {{\n{names}        }}\n    }}\n}}\n"
    ))
}

/// `cluster.name_taken` becomes `ClusterNameTaken`.
fn variant(key: &str) -> String {
    key.split(['.', '_']).map(capitalised).collect()
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|c| c.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}
