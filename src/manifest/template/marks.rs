//! Marks: placeholders that represent the values in the text while it is parsed as YAML, and that
//! are replaced in the tree. A value itself is never parsed.
//!
//! A mark is a letter or a nine, followed by seventeen digits between 0 and 8: eight digits that do
//! not occur in the text (the salt), and nine that number the expression. The first character
//! occurs nowhere else in a mark, so text before a mark cannot merge with it; and all marks have
//! the same length, so their end is known. `V…` is a plain word in YAML, `9…` a whole number. So it
//! does not matter how YAML reads a value at that place: quoted or not, tagged or in a block.

/// The marks of one text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Marks {
    salt: String,
}

/// A mark at a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Offset in the text.
    pub(super) at: usize,
    /// Index of its expression.
    pub(super) number: usize,
}

impl Marks {
    /// Marks that do not occur in this text. It must be the complete text around them.
    pub(super) fn beside(text: &str) -> Self {
        let mut salt = FIRST_SALT;
        loop {
            let digits = base_nine(salt, SALT_DIGITS);
            if !text.contains(&digits) {
                return Self { salt: digits };
            }
            salt += 1;
        }
    }

    /// Appends the mark of an expression.
    pub(super) fn write(&self, is_number: bool, number: usize, out: &mut String) {
        out.push(if is_number { NUMBER } else { TEXT });
        out.push_str(&self.salt);
        out.push_str(&base_nine(number, NUMBER_DIGITS));
    }

    /// All marks in a text, from left to right.
    pub(super) fn find(&self, text: &str) -> impl Iterator<Item = Mark> {
        text.match_indices([TEXT, NUMBER]).filter_map(|(at, first)| {
            let digits = text.get(at..)?.strip_prefix(first)?.strip_prefix(&*self.salt)?;
            let (digits, _) = digits.split_at_checked(NUMBER_DIGITS)?;
            let is_digit = |digit: char| digit.is_digit(BASE);
            let number = digits.chars().all(is_digit).then(|| usize::from_str_radix(digits, BASE));
            Some(Mark { at, number: number?.ok()? })
        })
    }

    /// The mark that equals this number.
    pub(super) fn of_number(&self, number: u64) -> Option<Mark> {
        let text = number.to_string();
        let mark = self.find(&text).next()?;
        (mark.at == 0 && text.len() == LENGTH).then_some(mark)
    }
}

/// With leading zeros. Numbers with more digits would lose the first ones, which cannot happen: a
/// text is shorter than the number of salts, and has fewer expressions than bytes.
fn base_nine(mut number: usize, digits: usize) -> String {
    let mut reversed = Vec::with_capacity(digits);
    for _ in 0..digits {
        reversed
            .push(char::from_digit(u32::try_from(number % 9).unwrap_or(0), BASE).unwrap_or('0'));
        number /= 9;
    }
    reversed.into_iter().rev().collect()
}

/// Neither a hexadecimal digit nor the letter of an escape sequence in YAML or JSON, so a mark
/// after a backslash is an error and never read in part.
const TEXT: char = 'V';
const NUMBER: char = '9';
const BASE: u32 = 9;
const SALT_DIGITS: usize = 8;
const NUMBER_DIGITS: usize = 9;
/// Length in bytes. A whole number of this length fits into an `i64`.
pub(super) const LENGTH: usize = 1 + SALT_DIGITS + NUMBER_DIGITS;
/// An arbitrary number that is unlikely to occur in templates.
const FIRST_SALT: usize = 27_182_818;

#[cfg(test)]
mod tests {
    use super::*;

    fn written(marks: &Marks, is_number: bool, number: usize) -> String {
        let mut text = String::new();
        marks.write(is_number, number, &mut text);
        text
    }

    #[test]
    fn marks_are_found_between_anything_like_them() {
        let marks = Marks::beside("");
        let one = written(&marks, false, 1);
        let port = written(&marks, true, 2);
        assert_eq!([one.len(), port.len()], [LENGTH; 2]);
        for (row, text, expected) in [
            ("alone", one.clone(), vec![(0, 1)]),
            ("neighbours", format!("{one}{port}{one}"), vec![(0, 1), (18, 2), (36, 1)]),
            ("cut_off_before", format!("{}{one}", &one[..17]), vec![(17, 1)]),
            ("cut_off_number_before", format!("{}{port}", &port[..17]), vec![(17, 2)]),
            ("first_character_before", format!("V9V9{one}"), vec![(4, 1)]),
            ("digits_around", format!("9{port}8"), vec![(1, 2)]),
            ("cut_off_behind", one[..17].to_owned(), vec![]),
            ("nine_inside", one.replace('1', "9"), vec![]),
            ("other_salt", written(&Marks::beside(&one[1..9]), false, 1), vec![]),
            ("beyond_ascii", format!("ä{one}ä"), vec![(2, 1)]),
        ] {
            let found: Vec<_> = marks.find(&text).map(|mark| (mark.at, mark.number)).collect();
            assert_eq!(found, expected, "{row}");
        }
    }

    #[test]
    fn a_number_is_a_mark_only_as_a_whole() {
        let marks = Marks::beside("");
        let number: u64 = written(&marks, true, 7).parse().unwrap();
        assert_eq!(marks.of_number(number), Some(Mark { at: 0, number: 7 }));
        for other in [0, 9, 8080, number / 10, number * 10, number - 9_u64.pow(9), u64::MAX] {
            assert_eq!(marks.of_number(other), None, "{other}");
        }
        assert!(i64::try_from(number).is_ok());
    }

    #[test]
    fn the_salt_is_one_that_the_text_does_not_have() {
        let first = Marks::beside("").salt;
        let next = Marks::beside(&format!("x{first}y")).salt;
        assert_ne!(first, next);
        assert!(![first.clone(), next.clone()].contains(&Marks::beside(&(first + &next)).salt));
    }
}
