//! `corsac_request`: the parts of a request on which a decision depends.

use crate::slice::corsac_slice;

/// One request, as far as CORS is concerned. Set all of it to zero, then `size` to `sizeof(corsac_request)`,
/// `method`, and the headers that the request has: field by field, or line by line with `corsac_request_add_header`.
///
/// Values are those of the request, byte for byte. Several lines of one header are joined with a comma and a
/// space first. Nothing here is kept beyond the call, but a decision's headers borrow from it.
#[repr(C)]
pub struct corsac_request {
    /// `sizeof(corsac_request)`.
    pub size: usize,
    /// The method, as sent. Required.
    pub method: corsac_slice,
    /// The target as it was sent: the path undecoded, with or without its query. Only policies with `routes` read it.
    pub path: corsac_slice,
    /// `Origin`.
    pub origin: corsac_slice,
    /// `Access-Control-Request-Method`.
    pub access_control_request_method: corsac_slice,
    /// `Access-Control-Request-Headers`.
    pub access_control_request_headers: corsac_slice,
    /// `Access-Control-Request-Private-Network`.
    pub access_control_request_private_network: corsac_slice,
    /// `Host`. Only policies with `protection` read this field and those that follow, except for `path_decoded`.
    pub host: corsac_slice,
    /// `Sec-Fetch-Site`.
    pub sec_fetch_site: corsac_slice,
    /// The library's own: which of the slices `corsac_request_add_header` has joined. Left zero.
    pub joined: usize,
    /// `:authority`, or the authority of an absolute target. It is used if there is no `Host`.
    pub authority: corsac_slice,
    /// `Upgrade`.
    pub upgrade: corsac_slice,
    /// `Sec-WebSocket-Key`.
    pub sec_websocket_key: corsac_slice,
    /// The server has decoded `path` already, and does not keep the original. Its `%` and `?` are then data. Leave
    /// this false if the server has the target as it was sent, because fewer paths are ambiguous then.
    pub path_decoded: bool,
    /// The client's connection is known to be TLS. False: it is not, or that is not known.
    pub secure: bool,
    /// The server knows that this is a WebSocket handshake, whatever the headers say: extended CONNECT (RFC 8441).
    pub websocket: bool,
}
