//! A machine whose fonts have no Hangul: the font that Weir brings draws it.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use weir_tests::home::Home;
use weir_tests::page::APPEAR;
use weir_tests::programs;
use weir_tests::stage::{Host, SIZE, Stage};

in_both_hosts!(korean_without_a_korean_font);

/// Latin, Greek, Cyrillic; of the package fonts-dejavu-core.
const FONTS: &str = "/usr/share/fonts/truetype/dejavu";
/// Whether two different syllables look different in the page's own font, and in the machine's alone. Where nobody has
/// a glyph, both are the same box. The page has fetched the font's parts for what it shows: syllables of the button.
const DRAWN: &str = "const [label] = arguments; const draw = (font, syllable) => {        const canvas = document.createElement('canvas'); canvas.width = canvas.height = 64;        const pen = canvas.getContext('2d', { willReadFrequently: true }); pen.font = '48px ' + font; pen.fillText(syllable, 4, 52);        return pen.getImageData(0, 0, 64, 64).data.join(); };      const button = [...document.querySelectorAll('button, a')].find(e => e.textContent.trim() === label);      const family = getComputedStyle(button).fontFamily;      const differ = font => draw(font, '클') !== draw(font, '생');      return { family, loaded: document.fonts.check('48px ' + family, '클생') && [...document.fonts].some(f => f.status === 'loaded'),        own: differ(family), machine: differ('\"DejaVu Sans\", sans-serif') };";

async fn korean_without_a_korean_font(host: Host, home: &Home) -> anyhow::Result<()> {
    if !Path::new(FONTS).exists() {
        programs::not_checked("Korean without a Korean font", &format!("no {FONTS}"));
        return Ok(());
    }
    let fonts = only_latin(home)?;
    let environment = [("FONTCONFIG_FILE", fonts.as_path())];
    let stage = Stage::open_with(host, home, "/clusters", SIZE, &environment).await?;
    let page = stage.page();
    page.call("settings.set", json!({ "patch": { "language": "ko" } })).await?;
    page.find("button", "클러스터 생성").await?;
    let seen = page
        .until("the bundled font to draw", APPEAR, async || {
            let seen = page.0.execute(DRAWN, vec![json!("클러스터 생성")]).await?;
            ensure!(seen["loaded"] == true && seen["own"] == true, "{seen}");
            Ok(Some(seen))
        })
        .await?;
    ensure!(seen["machine"] == Value::Bool(false), "the machine's fonts have Hangul: {seen}");
    let family = seen["family"].as_str().context("a family")?;
    ensure!(family.contains("Pretendard"), "{family}");
    stage.session.picture(&format!("korean-font-{host:?}")).await?;
    page.policy_held().await
}

/// A configuration of fontconfig that knows these fonts only.
fn only_latin(home: &Home) -> anyhow::Result<PathBuf> {
    let folder = home.path().join("logs/fonts");
    std::fs::create_dir_all(&folder)?;
    let file = folder.join("fonts.conf");
    let cache = folder.display();
    let text = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE fontconfig SYSTEM \"fonts.dtd\">\n\
         <fontconfig><dir>{FONTS}</dir><cachedir>{cache}</cachedir></fontconfig>\n"
    );
    std::fs::write(&file, text)?;
    Ok(file)
}
