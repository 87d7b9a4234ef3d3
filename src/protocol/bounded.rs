//! Lists that are bounded while they are read: a body of two million empty texts is refused at the
//! one that is too many, not once all of them lie in memory.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

struct AtMost<T, const N: usize>(PhantomData<T>);

impl<'de, T: Deserialize<'de>, const N: usize> Visitor<'de> for AtMost<T, N> {
    type Value = Vec<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {N}")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
        let mut read = Vec::new();
        while let Some(one) = list.next_element()? {
            if read.len() == N {
                return Err(A::Error::custom(format_args!("a list of more than {N}")));
            }
            read.push(one);
        }
        Ok(read)
    }
}

/// Reads a list of at most `N`.
pub fn list<'de, T: Deserialize<'de>, D: Deserializer<'de>, const N: usize>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    deserializer.deserialize_seq(AtMost::<T, N>(PhantomData))
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Held {
        #[serde(deserialize_with = "list::<_, _, 3>")]
        list: Vec<String>,
    }

    #[test]
    fn one_more_is_refused() {
        let read = |json: &str| serde_json::from_str::<Held>(json);
        let held = read(r#"{"list":["a","b","c"]}"#).unwrap();
        assert_eq!(held.list.len(), 3);
        assert!(read(r#"{"list":["a","b","c","d"]}"#).is_err());
    }
}
