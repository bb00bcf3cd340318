//! The bits of a set.

use super::news::News;
use crate::wait::Watch;

#[test]
fn marks_are_handed_out_once_and_in_order() {
    let news = News::new();
    for token in [130, 3, 64, 3, 0] {
        news.changed(token);
    }
    assert!(news.signal().is_raised());
    let mut taken = Vec::new();
    news.take(|token| taken.push(token));
    assert_eq!(taken, [0, 3, 64, 130]);
    news.take(|token| panic!("{token} twice"));
}
