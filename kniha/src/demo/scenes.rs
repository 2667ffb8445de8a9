//! What each sort of event is in codes: violations, methods, kind of place, where on the body, and how often it comes.
//!
//! Codes are of the vocabularies in `core/vocab`; the tests of `mod.rs` find every one. Does no I/O.

/// One sort of event.
pub(crate) struct Sort {
    pub(crate) code: &'static str,
    /// How often it comes, among a hundred.
    pub(crate) weight: u32,
    pub(crate) violations: &'static [&'static str],
    pub(crate) methods: &'static [&'static str],
    pub(crate) place_kind: &'static str,
    /// Injuries that go with it, empty where none do.
    pub(crate) injuries: &'static [(&'static str, &'static [&'static str])],
}

const BLUNT: (&str, &[&str]) = ("bruise", &["upper_back", "thigh_left", "thigh_right", "shoulder_left", "forearm_right", "buttocks", "lower_leg_left"]);
const SCRAPE: (&str, &[&str]) = ("abrasion", &["knee_left", "knee_right", "elbow_left", "hand_right", "face", "forearm_left"]);
const BOUND: (&str, &[&str]) = ("ligature_mark", &["wrist_left", "wrist_right"]);
const HEAD: (&str, &[&str]) = ("laceration", &["scalp", "forehead", "face"]);
const BREAK: (&str, &[&str]) = ("fracture", &["ribs", "fingers_right", "forearm_left", "nose"]);
const EAR: (&str, &[&str]) = ("eardrum", &["ear_left", "ear_right"]);

pub(crate) const SORTS: [Sort; 12] = [
    Sort {
        code: "column",
        weight: 16,
        violations: &["assembly_force", "excessive_force", "no_identification"],
        methods: &["stun_grenade", "tear_gas", "baton", "push", "shield_strike", "blunt_projectile"],
        place_kind: "street",
        injuries: &[BLUNT, EAR, HEAD, ("blast_injury", &["lower_leg_left", "foot_right"])],
    },
    Sort {
        code: "yard",
        weight: 14,
        violations: &["arbitrary_detention", "excessive_force", "no_identification", "collective_punishment"],
        methods: &["dragging", "baton", "thrown_down", "handcuffs", "insults"],
        place_kind: "courtyard",
        injuries: &[SCRAPE, BLUNT],
    },
    Sort {
        code: "van",
        weight: 12,
        violations: &["ill_treatment", "torture", "excessive_force"],
        methods: &["baton", "kick", "stacking", "zip_ties", "back_kneel", "pepper_spray"],
        place_kind: "police_vehicle",
        injuries: &[BLUNT, BOUND, HEAD],
    },
    Sort {
        code: "station",
        weight: 13,
        violations: &["ill_treatment", "torture", "incommunicado_detention", "denial_of_medical_care"],
        methods: &["forced_posture", "forced_kneeling", "kick", "baton", "toilet_denied", "threat_to_family"],
        place_kind: "police_station",
        injuries: &[BLUNT, ("swelling", &["knee_left", "knee_right"]), BREAK],
    },
    Sort {
        code: "cell",
        weight: 10,
        violations: &["detention_conditions", "denial_of_medical_care", "denial_of_family_contact"],
        methods: &["overcrowding", "sleep_deprivation", "light_noise", "cold_heat", "food_deprivation"],
        place_kind: "cell",
        injuries: &[],
    },
    Sort {
        code: "search",
        weight: 8,
        violations: &["unlawful_search", "property_taken", "property_destroyed"],
        methods: &["insults", "thrown_down", "threat_to_family"],
        place_kind: "home",
        injuries: &[],
    },
    Sort {
        code: "work",
        weight: 5,
        violations: &["arbitrary_detention", "work_lost", "reprisal"],
        methods: &["handcuffs", "threat_other"],
        place_kind: "workplace",
        injuries: &[],
    },
    Sort {
        code: "press",
        weight: 6,
        violations: &["journalist_obstructed", "property_destroyed", "arbitrary_detention"],
        methods: &["push", "thrown_down", "object_strike"],
        place_kind: "street",
        injuries: &[SCRAPE],
    },
    Sort {
        code: "medic",
        weight: 5,
        violations: &["denial_of_medical_care", "excessive_force"],
        methods: &["push", "baton", "threat_other"],
        place_kind: "street",
        injuries: &[BLUNT],
    },
    Sort {
        code: "video",
        weight: 4,
        violations: &["forced_video", "forced_confession"],
        methods: &["forced_words", "threat_to_life", "punch"],
        place_kind: "interrogation_room",
        injuries: &[("bruise", &["face", "jaw"])],
    },
    Sort {
        code: "court",
        weight: 4,
        violations: &["unfair_trial", "denial_of_lawyer", "falsified_evidence"],
        methods: &["other"],
        place_kind: "court",
        injuries: &[],
    },
    Sort {
        code: "traffic",
        weight: 3,
        violations: &["excessive_force", "property_destroyed", "arbitrary_detention"],
        methods: &["object_strike", "dragging", "baton"],
        place_kind: "private_car",
        injuries: &[("cut", &["hand_left", "face"]), SCRAPE],
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_weights_are_of_a_hundred() {
        assert_eq!(SORTS.iter().map(|sort| sort.weight).sum::<u32>(), 100);
    }
}
