//! Photo: person or backdrop, pixel by pixel at working size: the network's opinion and the
//! difference to the backdrop, weighed together.

use super::backdrop::Backdrop;
use super::plane::{Colour, Plane};
use super::regions::nearest;
use super::whole::one_person;

/// Evidence for the person, natural logarithm of odds, and the decision made from it.
pub struct Shape {
    pub inside: Plane<bool>,
    /// Squared difference to the backdrop in units of what noise and shadow explain.
    pub difference: Plane<f32>,
    /// For each row: share of the person thereabouts that is near the backdrop, 0..1.
    pub near: Vec<f32>,
    /// Share of the person's area, off the outline, that was left to the backdrop although the
    /// network half sees a person there: clothes or a jilbab of the backdrop's colour. It counts as
    /// much as the person around it is silent: beside clothes that stand out the network errs.
    pub disputed: f32,
    /// Width at the frame's lower edge as share of the widest row: who stands before a counter's
    /// camera goes on below it, so little means that the body was lost.
    pub bottom: f32,
    /// Share of the person's area that is missing below it, in the lower part of the frame, where
    /// clothes hang down and look like the backdrop: a bite out of the body.
    pub gap: f32,
}

impl Shape {
    /// True where part of the person may be lost in the backdrop.
    pub fn doubtful(&self) -> bool {
        self.disputed > DISPUTED || self.bodiless()
    }

    /// True where a body is missing below the head, or a part of it.
    pub fn bodiless(&self) -> bool {
        self.bottom < BOTTOM || self.gap > BITTEN
    }

    /// True where, after a second look, part of the person surely is.
    pub fn lost(&self) -> bool {
        self.disputed > LOST || self.bodiless()
    }
}

/// Own, on people before cloths of five colours: whole outlines stay below 0.013 and above
/// 0.8. After the second look, what is still disputed is torn.
const DISPUTED: f32 = 0.016;
const LOST: f32 = 0.0025;
const BOTTOM: f32 = 0.7;
/// Own: whole bodies that lean stay below 0.04.
const BITTEN: f32 = 0.06;
/// The network's share of person from which it half sees one; on mere backdrop it says less than
/// a twentieth.
const HALF_SEEN: f32 = 0.15;
/// Off the outline: both its sides together, in working pixels.
const OFF_OUTLINE: f32 = 7.0;

/// Share of a row band's person that looks like the backdrop from which on, and at which in full,
/// structure has a say.
const MUCH_ALIKE: f32 = 0.15;
const ALL_ALIKE: f32 = 0.5;

/// Squared difference up to which a pixel looks like the backdrop.
const LOOKS_ALIKE: f32 = 8.0;
/// A colour this different is the person's own, unmixed.
pub const SEED_DIFFERS: f32 = 30.0;
/// Odds from weave from which on a pixel is told from the backdrop.
const TOLD: f32 = 1.0;
/// Reach of what is said of the person around a pixel, in working pixels.
const HEREABOUTS: usize = 40;
/// Odds of being enclosed by an outline.
const ENCLOSED: f32 = 2.0;
/// Least log odds of the network below a head without a body.
const BODY: f32 = -1.0;
/// Most that a difference to the backdrop can say for the person.
const UNLIKE: f32 = 8.0;
/// Where half the squared difference starts to speak for the person.
const TURN: f32 = 4.0;
/// The network's log odds are held within `NET_EDGE` at its own outline, which is coarse (five
/// frame pixels a cell), and may grow by `NET_SLOPE` a working pixel away from it up to `NET`.
const NET: f32 = 5.0;
const NET_EDGE: f32 = 1.0;
const NET_SLOPE: f32 = 0.12;
/// This far within the network's outline counts as surely person, for learning `alike`.
const DEEP: f32 = 14.0;
/// Rows above and below over which `alike` is learnt, the guess where they say little, and its
/// weight in pixels.
const BAND: usize = 30;
const RARELY: f32 = 0.02;
const UNKNOWN: f32 = 200.0;
/// Factor on the network's odds in a second look, where the person looks like the backdrop.
const LIFT: f32 = 20.0;
/// Strength of the bond between neighbours of one colour, in odds.
const BOND: f32 = 2.0;
/// Difference in brightness that halves a bond: so many times the noise, and at least this.
const BOND_NOISE: f32 = 1.5;
const BOND_LEAST: f32 = 0.008;
const ROUNDS: usize = 16;
/// Evidence beyond this needs no neighbours.
const DOUBTFUL: f32 = 9.0;
const LEAST_ALIKE: f32 = 0.004;
/// Cloth in shade comes near any backdrop without a hue, so there the least is this much more.
const LEAST_ALIKE_NEUTRAL: f32 = 0.1;
/// What soft light does to the backdrop without being a person: a shadow darkens more than
/// anything brightens (share of brightness), and tints a little.
const DARKER: f32 = 0.06;
/// On a coloured backdrop a darker pixel of the very same hue is shadow rather than cloth.
const DARKER_IN_COLOUR: f32 = 0.16;
const BRIGHTER: f32 = 0.025;
const TINT: f32 = 0.007;

/// More than colour and network.
pub struct More<'a> {
    /// Evidence from weave, natural logarithm of odds.
    pub woven: &'a Plane<f32>,
    pub second: Second<'a>,
}

/// Where a second look looks for what the first one lost.
#[derive(Clone, Copy)]
pub enum Second<'a> {
    /// This is the first look.
    No,
    /// Anywhere: the network's word is taken for more.
    Anywhere,
    /// The same, and below the head, where nothing the network says is knowledge.
    Below(&'a Plane<bool>),
    /// Within an outline that closes (`body::enclosed`).
    Within(&'a Plane<bool>),
}

/// `net` is the network's share of person at working size.
pub fn shape(frame: &Plane<Colour>, backdrop: &Backdrop, net: &Plane<f32>) -> Shape {
    weighed(frame, backdrop, net, None)
}

/// The same with more evidence.
pub fn weighed(frame: &Plane<Colour>, backdrop: &Backdrop, net: &Plane<f32>, more: Option<&More>) -> Shape {
    let (w, h) = (frame.width, frame.height);
    let colour = (1.3 * backdrop.noise).powi(2) + TINT * TINT;
    let mut raw = Plane::filled(w, h, 0.0_f32);
    for ((squares, seen), behind) in raw.data.iter_mut().zip(&frame.data).zip(&backdrop.colour.data) {
        *squares = squared(seen, behind, colour).min(400.0);
    }
    let difference = if backdrop.plain { raw.box_mean(1) } else { Plane::filled(w, h, 0.0) };
    let (net_out, _) = nearest(&net.map(|p| p > 0.5));
    let (net_in, _) = nearest(&net.map(|p| p <= 0.5));
    // Where nothing is seen of the person, little is known; of a lost body it is known that it
    // looks like the backdrop.
    let second = more.map_or(Second::No, |more| more.second);
    let (body, enclosed) = match second {
        Second::No | Second::Anywhere => (None, None),
        Second::Below(body) => (Some(body), None),
        Second::Within(body) => (Some(body), Some(body)),
    };
    let unknown = if body.is_some() { ALL_ALIKE } else { RARELY };
    let deep = net_in.map(|d| d > DEEP);
    let share = |most: f32, unknown: f32| alike(&difference.map(|d| d < most), &deep, unknown);
    let (alike, near) = (share(LOOKS_ALIKE, unknown), share(SEED_DIFFERS, unknown));
    // Where clothes and backdrop differ, the difference says more and says it nearer to the edge.
    let weight = weights(&alike);
    let lift = if matches!(second, Second::Anywhere | Second::Below(_)) { LIFT.ln() } else { 0.0 };
    let mut odds = Plane::filled(w, h, 0.0_f32);
    for (i, o) in odds.data.iter_mut().enumerate() {
        let p = net.data[i].clamp(0.001, 0.999);
        let cap = (NET_EDGE + NET_SLOPE * (net_in.data[i] + net_out.data[i])).min(NET);
        let neutral = (1.0 - saturation(backdrop.colour.data[i])).powi(2);
        let lost = body.is_some_and(|body| body.data[i]);
        let (alike, weight) = if lost { (ALL_ALIKE, 1.0) } else { (alike[i / w], weight[i / w]) };
        let least = (alike.max(LEAST_ALIKE + LEAST_ALIKE_NEUTRAL * neutral)).ln();
        let seen = if backdrop.plain { (difference.data[i] / 2.0 - TURN).clamp(least, UNLIKE) } else { 0.0 };
        let said = ((p / (1.0 - p)).ln() + weight * lift).clamp(-cap, cap);
        let said = if lost { said.max(BODY) } else { said };
        *o = seen + said + more.map_or(0.0, |more| weight * more.woven.data[i]);
        if enclosed.is_some_and(|enclosed| enclosed.data[i]) {
            *o += ENCLOSED;
        }
    }
    let odds = settled(&odds.box_mean(1), frame, backdrop.noise);
    let mut inside = odds.map(|o| o > 0.0);
    one_person(&mut inside, &odds, net);
    // What of the person is told from the backdrop neither by colour nor by weave: only there can
    // more of it be lost.
    let mut silent = difference.map(|d| d < LOOKS_ALIKE);
    if let Some(more) = more {
        for (s, woven) in silent.data.iter_mut().zip(&more.woven.data) {
            *s = *s && *woven < TOLD;
        }
    }
    let weight = hereabouts(&silent, &inside);
    let disputed = disputed(&inside, net, &weight);
    let (bottom, gap) = (bottom(&inside), gap(&inside, &weight));
    Shape { inside, difference, near, disputed, bottom, gap }
}

/// What the bare backdrop does not have, nearly of its colour.
pub fn foreign(woven: &Plane<f32>, difference: &Plane<f32>) -> Plane<bool> {
    let mut out = woven.map(|o| o > TOLD);
    for (o, d) in out.data.iter_mut().zip(&difference.data) {
        *o = (*o || *d > LOOKS_ALIKE) && *d < SEED_DIFFERS;
    }
    out
}

/// For each pixel, how much of the person around it is silent, 0..1; 0 where there is nobody.
fn hereabouts(silent: &Plane<bool>, inside: &Plane<bool>) -> Plane<f32> {
    let all = inside.map(f32::from).box_mean(HEREABOUTS);
    let mut both = silent.clone();
    for (b, i) in both.data.iter_mut().zip(&inside.data) {
        *b = *b && *i;
    }
    let mut share = both.map(f32::from).box_mean(HEREABOUTS);
    for (s, all) in share.data.iter_mut().zip(&all.data) {
        *s = if *all > 1e-4 { ramp(*s / all) } else { 0.0 };
    }
    share
}

fn ramp(alike: f32) -> f32 {
    ((alike - MUCH_ALIKE) / (ALL_ALIKE - MUCH_ALIKE)).clamp(0.0, 1.0)
}

fn weights(alike: &[f32]) -> Vec<f32> {
    alike.iter().copied().map(ramp).collect()
}

fn disputed(inside: &Plane<bool>, net: &Plane<f32>, weight: &Plane<f32>) -> f32 {
    let (outward, _) = nearest(inside);
    let area = inside.data.iter().filter(|s| **s).count().max(1);
    let lost = |i: &usize| outward.data[*i] > OFF_OUTLINE && net.data[*i] > HALF_SEEN;
    let lost: f32 = (0..net.data.len()).filter(lost).map(|i| weight.data[i]).sum();
    lost / area as f32
}

fn gap(inside: &Plane<bool>, weight: &Plane<f32>) -> f32 {
    let (w, h) = (inside.width, inside.height);
    let area = inside.data.iter().filter(|s| **s).count().max(1);
    let top = inside.data.iter().position(|s| *s).unwrap_or(0) / w;
    let from = top + (h - top) * 3 / 5;
    let missing = |x: usize| {
        let below = (from..h).skip_while(move |y| !inside.at(x, *y));
        below.filter(move |y| !inside.at(x, *y)).map(|y| weight.at(x, y)).sum::<f32>()
    };
    (0..w).map(missing).sum::<f32>() / area as f32
}

fn bottom(inside: &Plane<bool>) -> f32 {
    let width = |y: usize| inside.data[y * inside.width..][..inside.width].iter().filter(|s| **s).count();
    let widest = (0..inside.height).map(width).max().unwrap_or(0).max(1);
    width(inside.height.saturating_sub(2)) as f32 / widest as f32
}

/// Lets neighbours of like colour agree (mean field of an Ising model with contrast-sensitive
/// bonds): the outline then runs along edges in the picture, however faint, and is not ragged.
fn settled(evidence: &Plane<f32>, frame: &Plane<Colour>, noise: f32) -> Plane<f32> {
    let (w, h) = (frame.width, frame.height);
    let luma = frame.map(|c| (0.25 * c[0] + 0.6 * c[1] + 0.15 * c[2]).max(0.0).sqrt());
    let spread = 2.0 * ((BOND_NOISE * noise).powi(2) + BOND_LEAST * BOND_LEAST);
    // Only the doubtful pixels take part; the others just speak for themselves.
    let open: Vec<usize> = (w..w * (h - 1))
        .filter(|i| i % w > 0 && i % w < w - 1 && evidence.data[*i].abs() < DOUBTFUL)
        .collect();
    let around = |i: usize| [i - 1, i + 1, i - w, i + w];
    let bonds: Vec<[f32; 4]> = open
        .iter()
        .map(|&i| around(i).map(|j| BOND / (1.0 + (luma.data[i] - luma.data[j]).powi(2) / spread)))
        .collect();
    let opinion = |o: f32| o / (1.5 + o.abs());
    let mut odds = evidence.clone();
    let mut said = odds.map(opinion);
    for _ in 0..ROUNDS {
        for (&i, bond) in open.iter().zip(&bonds) {
            let pull: f32 = around(i).iter().zip(bond).map(|(&j, b)| b * said.data[j]).sum();
            odds.data[i] = evidence.data[i] + pull;
            said.data[i] = opinion(odds.data[i]);
        }
    }
    odds
}

/// How much of the person looks like the backdrop, learnt from this very picture deep inside the
/// network's outline, row band by row band: hair and face may differ where clothes do not. Where
/// nothing of the person does, looking like the backdrop is strong evidence for backdrop; behind
/// a white shirt before a white wall it is none.
fn alike(like: &Plane<bool>, person: &Plane<bool>, unknown: f32) -> Vec<f32> {
    let (w, h) = (like.width, like.height);
    let rows: Vec<(f32, f32)> = (0..h)
        .map(|y| {
            let (like, person) = (&like.data[y * w..][..w], &person.data[y * w..][..w]);
            let all = person.iter().filter(|p| **p).count();
            let like = like.iter().zip(person).filter(|(l, p)| **l && **p).count();
            (like as f32, all as f32)
        })
        .collect();
    (0..h)
        .map(|y| {
            let band = &rows[y.saturating_sub(BAND)..(y + BAND).min(h)];
            let (like, all) = band.iter().fold((0.0, 0.0), |s, r| (s.0 + r.0, s.1 + r.1));
            ((like + unknown * UNKNOWN) / (all + UNKNOWN)).max(LEAST_ALIKE)
        })
        .collect()
}

/// Squared difference of two colours in square roots of light, where shot noise is even: along
/// the backdrop's own colour with tolerance for shadow, across it strictly.
fn squared(f: &Colour, b: &Colour, colour: f32) -> f32 {
    let vb = b.map(|v| v.max(0.0).sqrt());
    let delta: Colour = std::array::from_fn(|k| f[k].max(0.0).sqrt() - vb[k]);
    let length2 = vb.iter().map(|v| v * v).sum::<f32>().max(1e-4);
    let along = (0..3).map(|k| delta[k] * vb[k]).sum::<f32>() / length2.sqrt();
    let across = (delta.iter().map(|d| d * d).sum::<f32>() - along * along).max(0.0);
    let share = if along < 0.0 { DARKER + DARKER_IN_COLOUR * saturation(*b) } else { BRIGHTER };
    across / colour + along * along / (colour + share * share * length2)
}

/// 0 for grey, 1 for a pure colour, of square roots of light.
fn saturation(colour: Colour) -> f32 {
    let root = colour.map(|v| v.max(0.0).sqrt());
    let (least, most) = root.iter().fold((f32::MAX, 0.0_f32), |(l, m), v| (l.min(*v), m.max(*v)));
    1.0 - least / most.max(0.02)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shadow_counts_less_than_another_colour() {
        let wall = [0.3, 0.3, 0.3];
        assert!(squared(&[0.27; 3], &wall, 2e-4) < 2.0);
        assert!(squared(&[0.3, 0.25, 0.3], &wall, 2e-4) > 4.0);
        assert!(squared(&[0.02; 3], &wall, 2e-4) > 50.0);
    }
}
