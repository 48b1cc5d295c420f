//! Addresses and networks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The longest text of an address: IPv6 with its end in the form of IPv4. No longer text is looked at.
const MAX_ADDRESS: usize = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".len();

/// Whether a text is an address or a network.
pub(crate) fn is_network(text: &str) -> bool {
    Cidr::parse(text.as_bytes()).is_some()
}

pub(super) fn parse_address(text: &[u8]) -> Option<IpAddr> {
    if text.len() > MAX_ADDRESS {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// A network: an address and the number of its leading bits that count.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cidr {
    address: IpAddr,
    bits: u32,
}

impl Cidr {
    pub(super) fn parse(text: &[u8]) -> Option<Self> {
        // An address, a slash and the number of bits.
        if text.len() > MAX_ADDRESS + "/128".len() {
            return None;
        }
        let text = std::str::from_utf8(text).ok()?;
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => {
                let digits = !bits.is_empty() && bits.len() <= 3 && bits.bytes().all(|byte| byte.is_ascii_digit());
                (address, Some(bits.parse().ok().filter(|_| digits)?))
            }
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(width);
        (bits <= width).then_some(Self { address, bits })
    }

    pub(super) fn holds(self, address: IpAddr) -> bool {
        let same_head =
            |left: u128, right: u128, width: u32| self.bits == 0 || (left ^ right) >> (width - self.bits) == 0;
        match (self.address, address) {
            (IpAddr::V4(net), IpAddr::V4(address)) => {
                same_head(u128::from(u32::from(net)), u128::from(u32::from(address)), 32)
            }
            (IpAddr::V6(net), IpAddr::V6(address)) => same_head(u128::from(net), u128::from(address), 128),
            _ => false,
        }
    }
}

/// Globally reachable unicast, after IANA's registries of special-purpose addresses.
pub(super) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let special = match address.octets() {
        // The two addresses of this block that are reachable everywhere.
        [192, 0, 0, 9 | 10] => false,
        [0 | 10 | 127, ..]
        | [100, 64..=127, ..]
        | [169, 254, ..]
        | [172, 16..=31, ..]
        | [192, 0, 0 | 2, _]
        | [192, 168, ..]
        | [198, 18 | 19, ..]
        | [198, 51, 100, _]
        | [203, 0, 113, _]
        | [224..=255, ..] => true,
        _ => false,
    };
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    match address.segments() {
        // Addresses of IPv4 in IPv6, by the prefix that translators use.
        [0x64, 0xFF9B, 0, 0, 0, 0, _, _] => true,
        // Parts of 2001::/23 that are reachable although the block is not.
        [0x2001, 1, 0, 0, 0, 0, 0, 1 | 2] | [0x2001, 3, ..] | [0x2001, 4, 0x112, ..] | [0x2001, 0x20..=0x3F, ..] => {
            true
        }
        [0x2001, 0..=0x1FF, ..] | [0x2001, 0xDB8, ..] | [0x2002, ..] | [0x3FFF, 0..=0xFFF, ..] => false,
        [first, ..] => first & 0xE000 == 0x2000,
    }
}
