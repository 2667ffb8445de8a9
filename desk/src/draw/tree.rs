//! Which units a structure chart shows, and who hangs under whom.
//!
//! Command is not a tree: two sources may name two superiors, and hostile or mistaken data may hold circles. From the unit in focus the
//! superiors are taken level by level upwards and the subordinates level by level downwards, each unit once, until the chart is full;
//! what is left is counted, and every line of command that the chart has no line for is said in words. Time is linear in units and
//! edges (times a logarithm), whatever their shape. Does no I/O.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::chart::{UnitBox, UnitEdge};

/// Most boxes in a chart.
pub(super) const MOST_BOXES: usize = 60;
const MOST_ABOVE: usize = 12;
const LEVELS_ABOVE: usize = 5;
const LEVELS_BELOW: usize = 4;

/// A line of command between two units, of however many sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tie {
    pub(super) kinds: Vec<String>,
    /// Whether every source of it is in doubt.
    pub(super) doubtful: bool,
}

/// Units and lines of command by number.
pub(super) struct Graph {
    pub(super) ties: BTreeMap<(usize, usize), Tie>,
    superiors: Vec<Vec<usize>>,
    subordinates: Vec<Vec<usize>>,
    index: BTreeMap<String, usize>,
}

impl Graph {
    /// Of two units with one id the first is taken; lines to unknown units and from a unit to itself are left out.
    pub(super) fn new(units: &[UnitBox], edges: &[UnitEdge]) -> Graph {
        let mut index = BTreeMap::new();
        for (number, unit) in units.iter().enumerate() {
            index.entry(unit.id.clone()).or_insert(number);
        }
        let mut graph = Graph { ties: BTreeMap::new(), superiors: vec![Vec::new(); units.len()], subordinates: vec![Vec::new(); units.len()], index };
        for edge in edges {
            let (Some(superior), Some(subordinate)) = (graph.number(&edge.superior), graph.number(&edge.subordinate)) else { continue };
            if superior == subordinate {
                continue;
            }
            let tie = graph.ties.entry((superior, subordinate)).or_insert_with(|| {
                graph.superiors[subordinate].push(superior);
                graph.subordinates[superior].push(subordinate);
                Tie { kinds: Vec::new(), doubtful: true }
            });
            tie.doubtful &= edge.doubtful;
            if !edge.kind.is_empty() && !tie.kinds.contains(&edge.kind) && tie.kinds.len() < 3 {
                tie.kinds.push(edge.kind.clone());
            }
        }
        graph
    }

    pub(super) fn number(&self, id: &str) -> Option<usize> {
        self.index.get(id).copied()
    }

    pub(super) fn superiors(&self, unit: usize) -> &[usize] {
        &self.superiors[unit]
    }
}

/// A unit at or below the focus.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) unit: usize,
    /// 0 is the focus.
    pub(super) depth: usize,
    /// Numbers of nodes.
    pub(super) children: Vec<usize>,
    /// Direct subordinates that the chart has no room for.
    pub(super) hidden: usize,
}

/// What the chart shows.
pub(super) struct Picked {
    /// The superiors, nearest level first.
    pub(super) above: Vec<Level>,
    /// The focus first; parents before children.
    pub(super) below: Vec<Node>,
    /// For each unit shown, superiors that no line leads to.
    pub(super) also_under: BTreeMap<usize, Vec<usize>>,
}

/// Superiors at the same distance.
#[derive(Debug, Default)]
pub(super) struct Level {
    pub(super) units: Vec<usize>,
    pub(super) hidden: usize,
}

/// Chooses the units around the focus. `across` is how many boxes a level above may have.
pub(super) fn pick(graph: &Graph, focus: usize, across: usize) -> Picked {
    let mut placed = BTreeSet::from([focus]);
    let above = pick_above(graph, focus, across, &mut placed);
    let below = pick_below(graph, focus, &mut placed);
    let also_under = unsaid(graph, &above, &below);
    Picked { above, below, also_under }
}

fn pick_above(graph: &Graph, focus: usize, across: usize, placed: &mut BTreeSet<usize>) -> Vec<Level> {
    let (mut levels, mut current, mut total) = (Vec::new(), vec![focus], 0);
    while levels.len() < LEVELS_ABOVE {
        let mut level = Level::default();
        let mut seen = BTreeSet::new();
        for superior in current.iter().flat_map(|unit| graph.superiors(*unit)) {
            if placed.contains(superior) || !seen.insert(*superior) {
                continue;
            }
            if level.units.len() < across && total < MOST_ABOVE {
                level.units.push(*superior);
                total += 1;
            } else {
                level.hidden += 1;
            }
        }
        placed.extend(&level.units);
        if level.units.is_empty() {
            if level.hidden > 0 {
                levels.push(level);
            }
            break;
        }
        current.clone_from(&level.units);
        levels.push(level);
    }
    levels
}

fn pick_below(graph: &Graph, focus: usize, placed: &mut BTreeSet<usize>) -> Vec<Node> {
    let mut nodes = vec![Node { unit: focus, depth: 0, children: Vec::new(), hidden: 0 }];
    let mut queue = VecDeque::from([0]);
    while let Some(parent) = queue.pop_front() {
        let (unit, depth) = (nodes[parent].unit, nodes[parent].depth);
        for subordinate in &graph.subordinates[unit] {
            if placed.contains(subordinate) {
                continue;
            }
            if depth < LEVELS_BELOW && placed.len() < MOST_BOXES {
                placed.insert(*subordinate);
                let child = nodes.len();
                nodes.push(Node { unit: *subordinate, depth: depth + 1, children: Vec::new(), hidden: 0 });
                nodes[parent].children.push(child);
                queue.push_back(child);
            } else {
                nodes[parent].hidden += 1;
            }
        }
    }
    nodes
}

/// Superiors of shown units that have no line on the chart: a second superior of a subordinate, one that skips a level, a circle.
fn unsaid(graph: &Graph, above: &[Level], below: &[Node]) -> BTreeMap<usize, Vec<usize>> {
    let mut drawn: BTreeSet<(usize, usize)> = BTreeSet::new();
    for node in below {
        drawn.extend(node.children.iter().map(|child| (node.unit, below[*child].unit)));
    }
    let focus = [below[0].unit];
    let mut under: &[usize] = &focus;
    for level in above {
        drawn.extend(level.units.iter().flat_map(|superior| under.iter().map(move |unit| (*superior, *unit))));
        under = &level.units;
    }
    // What a count stands for is not said again: superiors the focus and its superiors have beyond those shown.
    let last_level: BTreeSet<usize> = above.last().map(|level| level.units.iter().copied().collect()).unwrap_or_default();
    let shown: BTreeSet<usize> = above.iter().flat_map(|level| level.units.iter().copied()).chain(below.iter().map(|node| node.unit)).collect();
    let counted = |superior: usize, unit: usize| {
        !shown.contains(&superior) && (unit == below[0].unit || above.iter().any(|level| level.units.contains(&unit))) && !last_level.contains(&unit)
    };
    let mut unsaid = BTreeMap::new();
    for unit in &shown {
        let others: Vec<usize> =
            (graph.superiors(*unit).iter().copied()).filter(|superior| !drawn.contains(&(*superior, *unit)) && !counted(*superior, *unit)).collect();
        if !others.is_empty() {
            unsaid.insert(*unit, others);
        }
    }
    unsaid
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::super::tests::chart::{edge, unit};
    use super::*;

    fn picked(count: usize, edges: &[(usize, usize)], focus: usize) -> Picked {
        let units: Vec<UnitBox> = (0..count).map(|n| unit(&format!("u{n}"))).collect();
        let edges: Vec<UnitEdge> = edges.iter().map(|(a, b)| edge(&format!("u{a}"), &format!("u{b}"))).collect();
        let graph = Graph::new(&units, &edges);
        pick(&graph, focus, 5)
    }

    fn boxes(picked: &Picked) -> usize {
        picked.below.len() + picked.above.iter().map(|level| level.units.len()).sum::<usize>()
    }

    #[test]
    fn both_of_two_conflicting_superiors_are_shown() {
        let picked = picked(3, &[(0, 2), (1, 2)], 2);
        assert_eq!(picked.above[0].units, [0, 1]);
        assert!(picked.also_under.is_empty());
    }

    #[test]
    fn circles_end_and_are_said() {
        let picked = picked(3, &[(0, 1), (1, 2), (2, 0)], 1);
        assert_eq!(boxes(&picked), 3);
        assert_eq!(picked.above[0].units, [0]);
        assert_eq!(picked.above[1].units, [2], "its superior, though also its subordinate");
        assert_eq!(picked.also_under[&2], [1]);
        assert!(self::picked(1, &[(0, 0)], 0).also_under.is_empty(), "over itself is nothing");
    }

    #[test]
    fn a_second_superior_of_a_subordinate_is_said() {
        let picked = picked(4, &[(0, 1), (0, 2), (1, 3), (2, 3)], 0);
        assert_eq!(boxes(&picked), 4);
        assert_eq!(picked.also_under, BTreeMap::from([(3, vec![2])]));
    }

    #[test]
    fn a_superior_two_levels_up_that_also_commands_directly_is_shown_once() {
        let picked = picked(3, &[(0, 1), (1, 2), (0, 2)], 2);
        assert_eq!(boxes(&picked), 3);
        assert_eq!(picked.above[0].units, [1, 0]);
        assert_eq!(picked.also_under[&1], [0]);
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let edges: Vec<(usize, usize)> = (1..200).map(|n| (0, n)).collect();
        let picked = picked(200, &edges, 0);
        assert_eq!(boxes(&picked), MOST_BOXES);
        assert_eq!(picked.below[0].hidden + picked.below[0].children.len(), 199);
        let up: Vec<(usize, usize)> = (1..50).map(|n| (n, 0)).collect();
        let picked = self::picked(50, &up, 0);
        assert_eq!(picked.above[0].units.len() + picked.above[0].hidden, 49);
        assert!(picked.also_under.is_empty(), "the count says it");
    }

    #[test]
    fn the_nearest_come_first_and_each_unit_once() {
        // Everyone commands everyone.
        let edges: Vec<(usize, usize)> = (0..70).flat_map(|a| (0..70).map(move |b| (a, b))).collect();
        let picked = picked(70, &edges, 3);
        let units: BTreeSet<usize> = picked.above.iter().flat_map(|level| level.units.iter().copied()).chain(picked.below.iter().map(|n| n.unit)).collect();
        assert_eq!(units.len(), boxes(&picked));
        assert!(units.len() <= MOST_BOXES);
    }

    #[test]
    fn a_long_chain_stops_and_says_that_it_goes_on() {
        let edges: Vec<(usize, usize)> = (0..999).map(|n| (n, n + 1)).collect();
        let picked = picked(1_000, &edges, 500);
        assert_eq!((picked.above.len(), picked.below.len()), (LEVELS_ABOVE, LEVELS_BELOW + 1));
        assert_eq!(picked.below.last().unwrap().hidden, 1);
        assert_eq!(picked.also_under[&(500 - LEVELS_ABOVE)], [500 - LEVELS_ABOVE - 1]);
    }

    #[test]
    fn doubt_remains_only_while_all_sources_doubt() {
        let units = [unit("a"), unit("b")];
        let doubtful = UnitEdge { doubtful: true, ..edge("a", "b") };
        let tie = |edges: &[UnitEdge]| Graph::new(&units, edges).ties[&(0, 1)].clone();
        assert!(tie(&[doubtful.clone(), doubtful.clone()]).doubtful);
        assert!(!tie(&[doubtful, edge("a", "b")]).doubtful);
    }
}
