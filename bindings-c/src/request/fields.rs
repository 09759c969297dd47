//! `corsac_request`: the parts of a request on which a decision depends.

use crate::slice::corsac_slice;

/// The parts of a request that matter for CORS. First set all of the struct to zero, then `size` to
/// `sizeof(corsac_request)`, then `method` and the headers that the request has. Set headers field by field, or line
/// by line with `corsac_request_add_header`.
///
/// Values are byte for byte as in the request. Join several lines of one header with a comma and a space. The struct
/// is not kept after the call, but a decision's headers borrow from its slices.
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
    /// For the library's own use: which of the slices `corsac_request_add_header` has joined. Leave this zero.
    pub joined: usize,
    /// `:authority`, or the authority of an absolute target. It is used if there is no `Host`.
    pub authority: corsac_slice,
    /// `Upgrade`.
    pub upgrade: corsac_slice,
    /// `Sec-WebSocket-Key`.
    pub sec_websocket_key: corsac_slice,
    /// Whether the server has decoded `path` already and has not kept the original. In a decoded path, `%` and `?`
    /// are data. Leave this false if the server has the target as it was sent, because then fewer paths are
    /// ambiguous.
    pub path_decoded: bool,
    /// Whether the client's connection is known to be TLS.
    pub secure: bool,
    /// Whether the server knows that this is a WebSocket handshake, whatever the headers say. An example is extended
    /// CONNECT (RFC 8441).
    pub websocket: bool,
}
