//! The log against a naive tree, written from RFC 6962 alone, and against changed bytes.

use std::collections::HashMap;

use proptest::prelude::*;
use sha2::{Digest, Sha256};
use tlog_tiles::Hash;

use crate::proof::fixture::Fixture;
use crate::proof::keys::PrivateKey;
use crate::proof::log::checkpoint::{BadCheckpoint, Checkpoint, log_verifier_key};
use crate::proof::log::edge::Edge;
use crate::proof::log::inclusion::{BadInclusion, InclusionProof};
use crate::proof::log::tiles::{File, Place, TileSource};
use crate::proof::log::tree::{LogError, Tree, TreeHead, check_growth, check_leaf};
use crate::proof::log::witness::Witness;
use crate::proof::log::{Leaf, LeafKind};

const ORIGIN: &str = "huzheng.haining.example/log/test";

fn leaf(number: u64) -> Leaf {
    let kind = if number % 5 == 3 { LeafKind::StatusList } else { LeafKind::Certificate };
    Leaf { kind, digest: Sha256::digest(number.to_be_bytes()).into() }
}

/// RFC 6962, section 2.1, as it is written there.
fn naive_root(leaves: &[Leaf]) -> [u8; 32] {
    match leaves {
        [] => Sha256::digest([]).into(),
        [leaf] => Sha256::digest([&[0][..], &leaf.bytes()].concat()).into(),
        _ => {
            let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
            Sha256::digest([&[1][..], &naive_root(left), &naive_root(right)].concat()).into()
        }
    }
}

/// RFC 6962, section 2.1.1.
fn naive_path(leaves: &[Leaf], index: usize) -> Vec<[u8; 32]> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
    let (mut path, other) = if index < left.len() {
        (naive_path(left, index), naive_root(right))
    } else {
        (naive_path(right, index - left.len()), naive_root(left))
    };
    path.push(other);
    path
}

#[derive(Default)]
struct Memory(HashMap<String, Vec<u8>>);

impl TileSource for Memory {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.0.get(path).cloned().ok_or_else(|| "not there".to_owned())
    }
}

impl Memory {
    fn keep(&mut self, files: Vec<File>) {
        self.0.extend(files.into_iter().map(|file| (file.place.path(), file.bytes)));
    }

    /// Adds entries to the tree at `head`, as the publisher does.
    fn grow(&mut self, head: TreeHead, leaves: &[Leaf]) -> TreeHead {
        let mut edge = Edge::read(head, self).expect("our own tiles");
        let mut files = Vec::new();
        for leaf in leaves {
            edge.append(*leaf, &mut files).expect("appended");
        }
        files.extend(edge.partial_files());
        self.keep(files);
        edge.head()
    }
}

fn leaves(count: u64) -> Vec<Leaf> {
    (0..count).map(leaf).collect()
}

fn log(count: u64) -> (Memory, TreeHead) {
    let mut memory = Memory::default();
    let head = memory.grow(TreeHead::EMPTY, &leaves(count));
    (memory, head)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn tree_and_proofs_are_those_of_a_naive_tree(steps in proptest::collection::vec(0..400_u64, 1..5), pick: u64) {
        let (mut memory, mut head) = (Memory::default(), TreeHead::EMPTY);
        let mut all = Vec::new();
        let mut heads = vec![head];
        for step in steps {
            let from = all.len() as u64;
            let new: Vec<_> = (from..from + step).map(leaf).collect();
            head = memory.grow(head, &new);
            all.extend(new);
            heads.push(head);
            prop_assert_eq!(head.root, Hash(naive_root(&all)));
        }
        let tree = Tree::new(head, &memory).expect("small");
        let mut seen = Vec::new();
        tree.walk(|_, leaf| seen.push(*leaf)).expect("whole");
        prop_assert_eq!(&seen, &all);
        for old in heads {
            prop_assert_eq!(tree.head_at(old.size), Ok(old));
            let growth = tree.prove_growth(old.size).expect("a proof");
            prop_assert_eq!(check_growth(old, head, &growth), Ok(()));
            if old.size > 0 && old.size < head.size {
                let forked = TreeHead { size: old.size, root: Hash([7; 32]) };
                prop_assert_eq!(check_growth(forked, head, &growth), Err(LogError::NotAContinuation));
            }
        }
        if !all.is_empty() {
            let index = pick % head.size;
            let place = usize::try_from(index).expect("small");
            let path = tree.prove_leaf(index).expect("a proof");
            prop_assert_eq!(path.iter().map(|hash| hash.0).collect::<Vec<_>>(), naive_path(&all, place));
            prop_assert_eq!(check_leaf(head, index, &all[place], &path), Ok(()));
            prop_assert!(check_leaf(head, index, &leaf(99_999), &path).is_err());
            prop_assert!(check_leaf(head, (index + 1) % (head.size + 1), &all[place], &path).is_err());
        }
        prop_assert!(tree.prove_leaf(head.size).is_err());
    }

    #[test]
    fn no_text_breaks_a_reader(text in "\\PC{0,200}", index: u64, size: u64, hashes: u8) {
        let _ = Checkpoint::read(&text);
        let _ = InclusionProof::read(&format!("c2sp.org/tlog-proof@v1\nindex {index}\n\n{text}"));
        let _ = Place::parse(&text);
        let _ = Place::parse(&format!("tile/{index}/{text}"));
        let _ = Place::parse(&format!("tile/entries/x{index}/{size}.p/{hashes}"));
        let _ = text.parse::<Witness>();
        let head = TreeHead { size, root: Hash([1; 32]) };
        let path = vec![Hash([2; 32]); usize::from(hashes)];
        prop_assert!(check_leaf(head, index, &leaf(1), &path).is_err());
        let grown = TreeHead { size: index, root: Hash([3; 32]) };
        prop_assert!(check_growth(head, grown, &path).is_err());
        let empty = Memory::default();
        if let Ok(tree) = Tree::new(head, &empty) {
            prop_assert!(tree.prove_leaf(index).is_err() && tree.prove_growth(index).is_ok() == (index == 0));
        }
        prop_assert!(Edge::read(head, &empty).is_err());
    }
}

#[test]
fn tiles_lie_where_the_standard_puts_them() {
    let place = Place::tile(1, 1_234_067, 256).expect("a place");
    assert_eq!(place.path(), "tile/1/x001/x234/067");
    assert_eq!(Place::entries(0, 5).expect("a place").path(), "tile/entries/000.p/5");
    for path in ["tile/0/000", "tile/0/000.p/255", "tile/5/x001/x234/067", "tile/entries/x001/000.p/1"] {
        assert_eq!(Place::parse(path).map(|place| place.path()).as_deref(), Some(path));
    }
    for path in [
        "tile/0/000.p/0",
        "tile/0/000.p/00",
        "tile/0/000.p/+1",
        "tile/0/000.p/256",
        "tile/0/0",
        "tile/0/1000",
        "tile/64/000",
        "tile/00/000",
        "tile/0/../000",
        "tile/0/x000/000",
        "tile/0/000/",
        "tile/data/000",
        "tile/entries/",
        "tile/0/x018/x446/x744/x073/x709/x551/616",
        "checkpoint",
        "",
    ] {
        assert_eq!(Place::parse(path), None, "{path}");
    }
}

#[test]
fn a_tree_of_70_000_has_the_tiles_that_the_standard_counts() {
    // C2SP tlog-tiles, "Partial Tiles": 273 full tiles and one of 112, one full and one of 17, one of 1.
    let mut edge = Edge::default();
    let mut files = Vec::new();
    (0..70_000).for_each(|number| edge.append(leaf(number), &mut files).expect("appended"));
    files.extend(edge.partial_files());
    let paths: Vec<_> = files.iter().map(|file| file.place.path()).collect();
    let count = |prefix| paths.iter().filter(|path| path.starts_with(prefix)).count();
    assert_eq!(
        [count("tile/0/"), count("tile/1/"), count("tile/2/"), count("tile/entries/")],
        [274, 2, 1, 274]
    );
    for path in ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1", "tile/entries/273.p/112"] {
        assert!(paths.iter().any(|known| known == path), "{path}");
    }
}

#[test]
fn a_changed_or_missing_file_is_found() {
    let (memory, head) = log(600);
    for path in memory.0.keys().filter(|path| !path.contains(".p/") || path.contains("0.p/88")) {
        let walk = |memory: &Memory| Tree::new(head, memory).expect("small").walk(|_, _| {});
        let mut changed = Memory(memory.0.clone());
        changed.0.get_mut(path).expect("there")[40] ^= 1;
        assert!(walk(&changed).is_err(), "{path}");
        changed.0.remove(path);
        assert!(matches!(walk(&changed), Err(LogError::Missing(..))), "{path}");
    }
    let other = TreeHead { root: Hash([3; 32]), ..head };
    assert_eq!(Edge::read(other, &memory).err(), Some(LogError::OtherTree));
    assert!(Tree::new(other, &memory).expect("small").prove_leaf(3).is_err());
}

#[test]
fn a_partial_tile_is_read_from_the_full_one_when_it_is_gone() {
    let (mut memory, early) = log(100);
    let late = memory.grow(early, &(100..300).map(leaf).collect::<Vec<_>>());
    memory.0.retain(|path, _| !path.ends_with(".p/100"));
    assert!(Tree::new(early, &memory).expect("small").prove_leaf(42).is_ok());
    assert_eq!(Tree::new(late, &memory).expect("small").head_at(100), Ok(early));
}

#[test]
fn a_checkpoint_is_believed_by_its_key_and_origin_only() {
    let key = PrivateKey::from_random(&mut [5; 32]);
    let (_, head) = log(3);
    let signed = Checkpoint::sign(ORIGIN, head, &key).expect("signed");
    let again = Checkpoint::read(signed.text()).expect("read");
    assert_eq!(again, signed);
    assert!(again.is_signed_by(&key.public()));
    assert!(!again.is_signed_by(&PrivateKey::from_random(&mut [6; 32]).public()));
    assert!(log_verifier_key(ORIGIN, &key.public()).starts_with(&format!("{ORIGIN}+")));
    for origin in ["", "a b", "a+b", "a\nb"] {
        assert_eq!(Checkpoint::sign(origin, head, &key), Err(BadCheckpoint::Malformed), "{origin:?}");
    }
    for place in 0..signed.text().len() {
        let mut bytes = signed.text().as_bytes().to_vec();
        bytes[place] ^= 1;
        let changed = String::from_utf8(bytes).ok().and_then(|text| Checkpoint::read(&text).ok());
        assert!(!changed.is_some_and(|changed| changed.is_signed_by(&key.public())), "byte {place}");
    }
}

#[test]
fn a_proof_holds_for_its_entry_in_our_log_only() {
    let fixture = Fixture::new();
    let trust = fixture.trust();
    let (memory, head) = log(700);
    let proof = |index| InclusionProof {
        index,
        hashes: Tree::new(head, &memory).expect("small").prove_leaf(index).expect("a proof"),
        checkpoint: Checkpoint::sign(ORIGIN, head, &fixture.log).expect("signed"),
        record: None,
    };
    let good = proof(300);
    let read = InclusionProof::read(&good.text()).expect("read");
    assert_eq!(read, good);
    assert_eq!(read.check(&leaf(300), &trust), Ok(()));
    assert_eq!(read.check(&leaf(301), &trust), Err(LogError::WrongProof.into()));
    let with_record = InclusionProof { record: Some("{}".to_owned()), ..good.clone() };
    assert_eq!(InclusionProof::read(&with_record.text()).as_ref(), Ok(&with_record));
    let extra = good.text().replacen("index", "extra ????\nindex", 1);
    assert_eq!(InclusionProof::read(&extra), Err(BadInclusion::Malformed));

    let mut forged = good.clone();
    forged.checkpoint = Checkpoint::sign(ORIGIN, head, &fixture.issuing).expect("signed");
    assert_eq!(forged.check(&leaf(300), &trust), Err(BadCheckpoint::Signature.into()));
    for origin in ["elsewhere.example/log/test", "huzheng.haining.example/log/production", "log/test"] {
        forged.checkpoint = Checkpoint::sign(origin, head, &fixture.log).expect("signed");
        assert_eq!(forged.check(&leaf(300), &trust), Err(BadCheckpoint::Origin.into()), "{origin}");
    }
    let (_, other) = log(699);
    forged.checkpoint = Checkpoint::sign(ORIGIN, other, &fixture.log).expect("signed");
    assert!(forged.check(&leaf(300), &trust).is_err());

    let text = good.text();
    for place in 0..text.len() {
        let mut bytes = text.as_bytes().to_vec();
        bytes[place] ^= 1;
        let Ok(changed) = String::from_utf8(bytes) else { continue };
        let holds = InclusionProof::read(&changed).is_ok_and(|read| read.check(&leaf(300), &trust).is_ok());
        assert!(!holds, "byte {place}");
    }
    for text in
        ["", "c2sp.org/tlog-proof@v1\n", "c2sp.org/tlog-proof@v1\nindex 01\n\n", "c2sp.org/tlog-proof@v2\n"]
    {
        assert_eq!(InclusionProof::read(text), Err(BadInclusion::Malformed), "{text:?}");
    }
    let long = vec!["AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; 65].join("\n");
    let text = format!("c2sp.org/tlog-proof@v1\nindex 0\n{long}\n\n{}", good.checkpoint.text());
    assert_eq!(InclusionProof::read(&text), Err(BadInclusion::Malformed));
}

#[test]
fn a_witness_is_counted_when_its_line_is_good() {
    let (key, eye) = (PrivateKey::from_random(&mut [5; 32]), PrivateKey::from_random(&mut [6; 32]));
    let witness = Witness::new("witness.example/w1", eye.public()).expect("a name");
    assert_eq!(witness.to_string().parse(), Ok(witness.clone()));
    let (_, head) = log(3);
    let signed = Checkpoint::sign(ORIGIN, head, &key).expect("signed");
    let known = [witness.clone()];
    let cosigned = witness.cosign(&signed, &eye, 1_679_315_147).expect("cosigned");
    assert!(cosigned.is_signed_by(&key.public()));
    let [seen] = &cosigned.cosignatures(&known)[..] else { panic!("one cosignature") };
    assert_eq!((seen.witness.as_str(), seen.at), ("witness.example/w1", 1_679_315_147));
    assert_eq!(signed.with_cosignatures(&cosigned, &known).as_ref(), Ok(&cosigned));
    assert_eq!(signed.with_cosignatures(&cosigned, &[]), Err(BadCheckpoint::NoWitness));
    let (_, grown) = log(4);
    let later = Checkpoint::sign(ORIGIN, grown, &key).expect("signed");
    assert_eq!(later.with_cosignatures(&cosigned, &known), Err(BadCheckpoint::Origin));
    assert_eq!(witness.cosign(&signed, &key, 1), Err(BadCheckpoint::NoWitness));
    assert!(signed.cosignatures(&known).is_empty());
}

#[test]
fn a_cosignature_that_another_program_made_is_good() {
    // The example of c2sp.org/tlog-cosignature, whose key is not published: its form is what is checked here.
    let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n\
         — example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n\
         — witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n";
    let checkpoint = Checkpoint::read(text).expect("read");
    assert_eq!(
        (checkpoint.origin.as_str(), checkpoint.head.size),
        ("example.com/behind-the-sofa", 20_852_163)
    );
    assert_eq!(checkpoint.text(), text);
}

#[test]
fn entries_are_read_as_they_are_written() {
    for leaf in leaves(9) {
        assert_eq!(Leaf::read(&leaf.bytes()), Some(leaf));
    }
    let good = leaf(1).bytes();
    let with = |place: usize, byte| {
        let mut bytes = good;
        bytes[place] = byte;
        bytes
    };
    for bytes in [&good[..33], &[], &with(0, 2), &with(1, 0), &with(1, 5), &[&good[..], &[0]].concat()] {
        assert_eq!(Leaf::read(bytes), None);
    }
}
