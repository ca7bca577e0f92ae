//! Linux programs that hold nothing but what a launcher reads of them: the architecture and the C library they need.

/// What the header of the file takes, and that of a section.
const HEADER: u16 = 64;
const EM_X86_64: u16 = 62;
const EM_AARCH64: u16 = 183;
const SHT_STRTAB: u32 = 3;
const SHT_GNU_VERNEED: u32 = 0x6fff_fffe;

/// A program for x86-64 that needs no C library.
pub(crate) fn for_x86_64() -> Vec<u8> {
    header(EM_X86_64, 0, 0)
}

/// A program for 64-bit ARM that needs no C library.
pub(crate) fn for_arm64() -> Vec<u8> {
    header(EM_AARCH64, 0, 0)
}

/// A program for x86-64 that needs a version of the GNU C library, such as `GLIBC_2.99`.
pub(crate) fn for_x86_64_with(version: &str) -> Vec<u8> {
    // The library's name is at 1 of the strings, that of the version at 11.
    let strings = format!("\0libc.so.6\0{version}\0");
    let needs = [verneed(1, 1, 16), vernaux(11)].concat();
    let strings_at = usize::from(HEADER);
    let needs_at = strings_at + strings.len();
    let sections_at = needs_at + needs.len();
    let mut file = header(EM_X86_64, sections_at, 3);
    file.extend(strings.as_bytes());
    file.extend(&needs);
    file.extend([0; HEADER as usize]);
    file.extend(section(SHT_STRTAB, strings_at, strings.len(), 0, 0));
    file.extend(section(SHT_GNU_VERNEED, needs_at, needs.len(), 1, 1));
    file
}

fn header(machine: u16, sections_at: usize, sections: u16) -> Vec<u8> {
    let mut header = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    for half in [2, machine] {
        header.extend(half.to_le_bytes());
    }
    header.extend(1_u32.to_le_bytes());
    for wide in [0, 0, sections_at as u64] {
        header.extend(wide.to_le_bytes());
    }
    header.extend(0_u32.to_le_bytes());
    for half in [HEADER, 0, 0, HEADER, sections, u16::from(sections > 0)] {
        header.extend(half.to_le_bytes());
    }
    header
}

fn section(kind: u32, at: usize, size: usize, link: u32, info: u32) -> Vec<u8> {
    let mut section = Vec::new();
    section.extend(0_u32.to_le_bytes());
    section.extend(kind.to_le_bytes());
    for wide in [0, 0, at as u64, size as u64] {
        section.extend(wide.to_le_bytes());
    }
    section.extend(link.to_le_bytes());
    section.extend(info.to_le_bytes());
    section.extend(1_u64.to_le_bytes());
    section.extend(0_u64.to_le_bytes());
    section
}

/// One library whose versions are needed; <https://refspecs.linuxbase.org/LSB_5.0.0/LSB-Core-generic/LSB-Core-generic/symversion.html>
fn verneed(versions: u16, file: u32, first: u32) -> Vec<u8> {
    let halves = [1_u16, versions].map(u16::to_le_bytes).concat();
    let words = [file, first, 0].map(u32::to_le_bytes).concat();
    [halves, words].concat()
}

fn vernaux(name: u32) -> Vec<u8> {
    let (hash, flags, other, next) = (0_u32, 0_u16, 2_u16, 0_u32);
    let head = [hash.to_le_bytes().to_vec(), flags.to_le_bytes().to_vec(), other.to_le_bytes().to_vec()];
    [head.concat(), [name, next].map(u32::to_le_bytes).concat()].concat()
}
