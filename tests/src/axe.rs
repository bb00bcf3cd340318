//! axe-core, the accessibility checker, as the UI's packages bring it; run inside the page.

use crate::page::Page;
use crate::programs;
use anyhow::Context as _;
use serde_json::Value;
use std::path::Path;

/// The rules of WCAG 2.2 AA.
const RUN: &str = "const done = arguments[0]; document.body.classList.add('awsui-motion-disabled'); \
     axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'], \
       resultTypes: ['violations'] }) \
       .then(found => done(found.passes.length === 0 ? ['axe checked nothing'] : found.violations.map(v => v.id + ' (' + v.help + '): ' + \
         v.nodes.slice(0, 3).map(n => n.target.join(' ') + ' ' + n.html.slice(0, 200)).join('; '))), \
       error => done([String(error)]));";

/// The checker's source.
#[derive(Debug)]
pub struct Axe(String);

impl Axe {
    /// `None`, and a line that says so, where the UI's packages are not installed.
    pub fn load() -> anyhow::Result<Option<Self>> {
        let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui");
        let path = ui.join("node_modules/axe-core/axe.min.js");
        if !path.exists() {
            programs::not_checked("accessibility by axe", "run `npm ci` in ui/ first");
            return Ok(None);
        }
        Ok(Some(Self(std::fs::read_to_string(path)?)))
    }

    /// What the page violates now, a line each.
    pub async fn violations(&self, page: &Page) -> anyhow::Result<Vec<String>> {
        let loaded = page.0.execute("return typeof axe !== 'undefined'", vec![]).await?;
        if loaded != Value::Bool(true) {
            page.0.execute(&self.0, vec![]).await?;
        }
        let found = page.0.execute_async(RUN, vec![]).await?;
        let found = found.as_array().context("axe gives a list")?;
        Ok(found.iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect())
    }
}
