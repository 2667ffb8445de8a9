//! temporary
#![allow(missing_docs)]
pub const VERSION: u16 = 1;
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Script {
    Latin,
    Cyrillic,
    Mixed,
    Other,
}
pub fn script_of(_: &str) -> Script {
    Script::Latin
}
pub fn tokens(t: &str) -> Vec<String> {
    t.split(|c: char| !c.is_alphanumeric()).filter(|w| !w.is_empty()).map(|w| w.to_lowercase()).collect()
}
pub struct NameKey {
    pub text: String,
    pub level: u8,
}
pub fn name_keys(t: &str) -> Vec<NameKey> {
    tokens(t).into_iter().map(|text| NameKey { text, level: 0 }).collect()
}
pub fn sort_key(t: &str) -> String {
    t.to_lowercase()
}
