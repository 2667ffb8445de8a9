//! Whether two handles (names of accounts on networks and messengers) are one.
//!
//! `@Name`, `t.me/name`, `https://www.instagram.com/na.me/?hl=be` are brought to a network and a name in small letters. The same name on two networks
//! speaks for one person, and less than the same account. Points and underscores are left out by networks and people alike. Pure.

use crate::weight::Weight;

/// Characters of a handle that are read.
pub const LONGEST: usize = 64;
/// The odds before the handles are seen.
pub const PRIOR: Weight = Weight::from_db(-50);
/// Handles are taken for the same from this weight on.
pub const SAME: Weight = Weight::from_db(50);

/// A handle made ready for many comparisons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    network: Option<&'static str>,
    name: Box<str>,
    /// Without points and underscores, look-alike characters made one.
    bare: Box<str>,
}

/// Hosts and the network they are.
const NETWORKS: [(&str, &str); 16] = [
    ("t.me", "telegram"),
    ("telegram.me", "telegram"),
    ("telegram.dog", "telegram"),
    ("instagram.com", "instagram"),
    ("vk.com", "vk"),
    ("vk.ru", "vk"),
    ("ok.ru", "ok"),
    ("facebook.com", "facebook"),
    ("fb.com", "facebook"),
    ("m.facebook.com", "facebook"),
    ("twitter.com", "x"),
    ("x.com", "x"),
    ("tiktok.com", "tiktok"),
    ("youtube.com", "youtube"),
    ("linkedin.com", "linkedin"),
    ("github.com", "github"),
];

impl Prepared {
    /// Reads a handle or the address of an account.
    #[must_use]
    pub fn new(handle: &str) -> Prepared {
        let cut: String = handle.trim().chars().take(4 * LONGEST).flat_map(char::to_lowercase).collect();
        let address = cut.split("://").last().unwrap_or("");
        let address = address.strip_prefix("www.").unwrap_or(address);
        let path = address.split(['?', '#']).next().unwrap_or("");
        let mut pieces = path.split('/').filter(|piece| !piece.is_empty());
        let (network, name) = match pieces.next() {
            Some(host) => match NETWORKS.iter().find(|row| row.0 == host) {
                // linkedin.com/in/name, t.me/s/name: the last step is the name.
                Some(row) => (Some(row.1), pieces.next_back().unwrap_or("")),
                None => (None, host),
            },
            None => (None, ""),
        };
        let name: String = name.chars().filter(|c| !c.is_whitespace() && !c.is_control() && *c != '@').take(LONGEST).collect();
        let bare = name
            .chars()
            .filter(|c| !matches!(c, '.' | '_' | '-'))
            .map(|c| {
                if c == '0' {
                    'o'
                } else if matches!(c, '1' | 'i') {
                    'l'
                } else {
                    c
                }
            })
            .collect::<String>();
        Prepared { network, name: name.into(), bare: bare.into() }
    }

    /// What two handles say for one person.
    #[must_use]
    pub fn compare(&self, other: &Prepared) -> Weight {
        if self.bare.is_empty() || other.bare.is_empty() {
            return Weight::NOTHING;
        }
        let one_network = self.network.zip(other.network).map(|(one, other)| one == other);
        // Six letters are one of many million; short names are taken by whoever came first.
        let rare = 10 * i32::try_from(self.bare.chars().count().min(other.bare.chars().count())).unwrap_or(0);
        match (self.name == other.name, self.bare == other.bare, one_network) {
            (true, _, Some(true)) => Weight::from_db(90),
            (true, _, None) => Weight::from_db(rare.min(70)),
            (true, _, Some(false)) => Weight::from_db(rare.min(60)),
            // One network gives two such names to two people.
            (false, true, Some(true)) => Weight::from_db((rare - 30).clamp(0, 30)),
            (false, true, _) => Weight::from_db(rare.saturating_sub(10).min(55)),
            (false, false, _) => Weight::from_db(-10),
        }
    }

    /// Whether both are taken for one.
    #[must_use]
    pub fn is_same(&self, other: &Prepared) -> bool {
        self.compare(other) >= SAME
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_account_in_many_ways_is_the_same() {
        let one = Prepared::new("https://t.me/Zhuk_Hanna?start=1");
        for other in ["@zhuk_hanna", "t.me/s/zhuk_hanna", "telegram.me/ZHUK_HANNA/", "instagram.com/zhuk_hanna", "zhuk.hanna"] {
            assert!(one.is_same(&Prepared::new(other)), "{other} {}", one.compare(&Prepared::new(other)));
        }
        assert!(!one.is_same(&Prepared::new("t.me/zhukhanna")), "another account of one network");
        assert!(!one.is_same(&Prepared::new("@zhuk_anna")));
        assert!(!Prepared::new("@ann").is_same(&Prepared::new("instagram.com/ann")), "too short to be one person's");
        assert_eq!(one.compare(&Prepared::new("")), Weight::NOTHING);
    }

    proptest! {
        #[test]
        fn handles_are_compared_the_same_both_ways(one in any::<String>(), other in "(t.me/|@)?[a-z0-9_.]{0,20}") {
            let (a, b) = (Prepared::new(&one), Prepared::new(&other));
            prop_assert_eq!(a.compare(&b), b.compare(&a));
        }
    }
}
