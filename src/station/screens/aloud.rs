//! What a voice reads from a screen: its texts in their order, once, when they are new.

use i_slint_backend_testing::ElementQuery;

use slint::ComponentHandle;

use super::App;
use super::generated::Size;

/// The texts of the present screen, without the strip, without masked numbers, and without what
/// changes every second.
pub fn texts(app: &App) -> Vec<String> {
    let strip = app.global::<Size>().get_strip();
    let found = ElementQuery::from_root(app).match_inherits("Text").find_all();
    let below =
        found.into_iter().filter(|text| text.absolute_position().y >= strip && text.size().width > 0.0);
    let said = below.filter_map(|text| text.accessible_label()).map(String::from);
    said.filter(|text| text.chars().any(char::is_alphabetic) && !text.contains('•')).collect()
}
