//! Tests of lists that several issuers share, and of the way from root to root.

use super::*;
use crate::central::keys::signing;
use crate::central::testing::office;
use crate::central::trust;
use crate::credential::{IssuerId, IssuerKey, SerialRange, follow_handovers};

fn root(n: u8) -> KeyPair {
    KeyPair::from_secret([n; 32])
}

/// Another region, with a range of its own.
fn neighbour(first: u32) -> Issuer {
    let key = IssuerKey::new(root(50).public(), "2026-01-01".parse().unwrap());
    let serial = |number: u32| format!("A2026{number:07}");
    Issuer {
        id: IssuerId::parse("7301").unwrap(),
        name: "BKPSDM Kabupaten Tetangga".into(),
        bodies: vec!["Pemerintah Kabupaten Tetangga".into()],
        host: "KARTU.TETANGGA.EXAMPLE".into(),
        face_serials: vec![SerialRange { first: serial(first), last: serial(first + 99) }],
        keys: vec![key],
    }
}

async fn own(t: &crate::central::testing::TestOffice) -> Issuer {
    let mut own = trust::issuer(&t.office).await.unwrap();
    own.bodies = vec!["Pemerintah Kabupaten Contoh".into()];
    own.face_serials = vec![SerialRange { first: "A20260000001".into(), last: "A20260500000".into() }];
    own
}

#[tokio::test]
async fn one_root_signs_several_issuers_and_each_gives_the_list_out() {
    let t = office().await;
    let now = t.office.clock.now();
    let local = t.office.keys.root().unwrap().public();
    let issuers = || async { vec![own(&t).await, neighbour(500_001)] };
    let signed = sign(&root(1), issuers().await, now).unwrap();
    assert!(import(&t.office, &signed, None, None).await.is_err(), "from a root that nobody named");
    import(&t.office, &signed, Some(root(1).public()), None).await.unwrap();
    assert_eq!(*trust::list(&t.office).await.unwrap().bytes, signed);
    assert_eq!(trust::root_public(&t.office).await.unwrap(), root(1).public(), "new stations pin it");
    // Stations that pinned the server's own root find the way.
    let way = handovers(&t.office).await.unwrap();
    assert_eq!(follow_handovers(local, &way), Some(root(1).public()));

    // A key that the list does not name signs nothing.
    let named = signing::signer(&t.office).await.unwrap().kid().clone();
    let unnamed = signing::new(&t.office, t.office.today()).await.unwrap();
    assert_eq!(signing::signer(&t.office).await.unwrap().kid(), &named);
    t.advance(10);
    let newer = sign(&root(1), issuers().await, t.office.clock.now()).unwrap();
    import(&t.office, &newer, None, None).await.unwrap();
    assert_eq!(signing::signer(&t.office).await.unwrap().kid(), &unnamed);
    assert!(import(&t.office, &signed, None, None).await.is_err(), "it goes back");
}

#[tokio::test]
async fn a_root_hands_over_and_one_that_is_lost_has_done_so_before() {
    let t = office().await;
    let local = t.office.keys.root().unwrap().public();
    let list = |n: u8, at: i64| {
        let now = t.office.clock.now() + jiff::SignedDuration::from_secs(at);
        let (t, signer) = (&t, root(n));
        async move { sign(&signer, vec![own(t).await], now).unwrap() }
    };
    import(&t.office, &list(1, 0).await, Some(root(1).public()), None).await.unwrap();
    // Root 1 is lost. Its spare and the hand-over to it have lain in a safe since the first day.
    let spare = sign_handover(&root(1), &root(2).public());
    let by_spare = list(2, 10).await;
    assert!(import(&t.office, &by_spare, Some(root(2).public()), None).await.is_err(), "no way leads there");
    let foreign = sign_handover(&root(9), &root(2).public());
    assert!(import(&t.office, &by_spare, None, Some(foreign)).await.is_err());
    import(&t.office, &by_spare, None, Some(spare)).await.unwrap();
    let way = handovers(&t.office).await.unwrap();
    for pinned in [local, root(1).public()] {
        assert_eq!(follow_handovers(pinned, &way), Some(root(2).public()));
    }
    assert!(
        import(&t.office, &list(1, 20).await, None, None).await.is_err(),
        "the former root counts no more"
    );
}

#[tokio::test]
async fn what_no_list_may_hold_is_told() {
    let t = office().await;
    let now = t.office.clock.now();
    let told = |issuers| sign(&root(1), issuers, now).err().unwrap().to_string();
    assert!(told(vec![own(&t).await, neighbour(400_000)]).contains("another range"));
    assert!(told(vec![neighbour(500_001), own(&t).await, neighbour(600_000)]).contains("issuer"));
    let mut empty = neighbour(1);
    empty.bodies.clear();
    assert!(told(vec![empty]).contains("no body"));
    let alone = sign(&root(1), vec![neighbour(1)], now).unwrap();
    let refused = import(&t.office, &alone, Some(root(1).public()), None).await.err().unwrap();
    assert!(refused.to_string().contains("does not name this issuer"));
    let mut moved = own(&t).await;
    moved.host = "LAIN.EXAMPLE".into();
    let moved = sign(&root(1), vec![moved], now).unwrap();
    assert!(import(&t.office, &moved, Some(root(1).public()), None).await.is_err());
}
