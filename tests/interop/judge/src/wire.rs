//! The engine's encoding, written by hand from formats/README.md: enough to put pieces of a log
//! inside values.

use xxhash_rust::xxh3::xxh3_64_with_seed;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum FrameVersion {
    V1 = 1,
    V2 = 2,
}

pub fn log_header(version: FrameVersion) -> [u8; 8] {
    [0xFF, b'S', b'M', b'X', b'A', b'O', b'L', version as u8]
}

fn varint(out: &mut Vec<u8>, value: u64) {
    if value < 251 {
        out.push(value as u8);
    } else if let Ok(value) = u16::try_from(value) {
        out.push(0xFB);
        out.extend(value.to_le_bytes());
    } else if let Ok(value) = u32::try_from(value) {
        out.push(0xFC);
        out.extend(value.to_le_bytes());
    } else {
        out.push(0xFD);
        out.extend(value.to_le_bytes());
    }
}

fn byte_string(out: &mut Vec<u8>, bytes: &[u8]) {
    varint(out, bytes.len() as u64);
    out.extend(bytes);
}

/// One log record: key, version, value or delete.
pub fn record(out: &mut Vec<u8>, key: &[u8], version: u64, value: Option<&[u8]>) {
    byte_string(out, key);
    varint(out, version);
    out.push(value.is_some().into());
    if let Some(value) = value {
        byte_string(out, value);
    }
}

/// A frame with a sound checksum around the records of one commit.
pub fn frame(version: FrameVersion, payload: &[u8], synced_to: u64) -> Vec<u8> {
    let length = payload.len() as u32;
    let mut checksum = xxh3_64_with_seed(payload, length.into()) as u32;
    let mut out = length.to_le_bytes().to_vec();
    match version {
        FrameVersion::V1 => out.extend(checksum.to_le_bytes()),
        FrameVersion::V2 => {
            checksum ^= xxh3_64_with_seed(&synced_to.to_le_bytes(), 0) as u32;
            out.extend(checksum.to_le_bytes());
            out.extend(synced_to.to_le_bytes());
        }
    }
    out.extend(payload);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_the_bytes_the_format_says() {
        let mut bytes = Vec::new();
        record(&mut bytes, b"ab", 251, Some(b"c"));
        record(&mut bytes, b"", 1 << 32, None);
        let expected = [
            &[2, b'a', b'b', 0xFB, 251, 0, 1, 1, b'c'][..],
            &[0, 0xFD, 0, 0, 0, 0, 1, 0, 0, 0, 0],
        ];
        assert_eq!(bytes, expected.concat());
    }

    #[test]
    fn a_frame_is_the_one_the_engine_writes() {
        let mut commit = Vec::new();
        record(&mut commit, b"user:000000000038/0", 33, None);
        let written = b"\x16\0\0\0\x8d}\xed\xbf\x13user:000000000038/0!\0";
        assert_eq!(frame(FrameVersion::V1, &commit, 0), written);

        let mut commit = Vec::new();
        record(&mut commit, b"user:000000000017/2", 15, None);
        let written = b"\x16\0\0\0R\x07\xfbn\x05\x07\0\0\0\0\0\0\x13user:000000000017/2\x0f\0";
        assert_eq!(frame(FrameVersion::V2, &commit, 0x705), written);
    }
}
