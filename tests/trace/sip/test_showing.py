from sipbreakout_tui.trace.sip import SENSITIVE, SipMessage, shown


def lines(*headers: str, body: bytes = b"") -> list[str]:
    head = "\r\n".join(["INVITE sip:a@b SIP/2.0", *headers])
    return shown(SipMessage.parse(head.encode() + b"\r\n\r\n" + body))


def test_headers_are_unfolded_and_keep_their_names() -> None:
    assert lines("i: 1", "Subject: a\r\n b", body=b"hello\r\nyou\r\n") == [
        "INVITE sip:a@b SIP/2.0",
        "i: 1",
        "Subject: a b",
        "",
        "hello",
        "you",
    ]


def test_nothing_that_drives_a_terminal_gets_through() -> None:
    assert lines("Subject: \x1b[2J\u202e", "broken \x07", body=b"\xff\x9b\n") == [
        "INVITE sip:a@b SIP/2.0",
        r"Subject: \x1b[2J\u202e",
        r"broken \x07",
        "",
        r"\udcff\udc9b",
    ]


def test_credentials_are_hidden() -> None:
    headers = [f"{name.swapcase()} : Digest response=SECRET,\r\n opaque=SECRET" for name in sorted(SENSITIVE)]
    text = "\n".join(lines(*headers, "WWW-Authenticate: Digest nonce=shown"))
    assert "SECRET" not in text
    assert text.count("(hidden)") == len(SENSITIVE) == 4
    assert "nonce=shown" in text


def test_a_credential_that_was_broken_in_two_is_hidden() -> None:
    shown_lines = lines("Authorization: Digest a=b", 'response="SECRET", uri="sip:b"', "more SECRET", "Subject: x")
    assert shown_lines[1:] == ["Authorization: (hidden)", "(hidden)", "(hidden)", "Subject: x"]


def test_credentials_within_a_body_are_hidden() -> None:
    body = b"INVITE sip:a SIP/2.0\r\nProxy-Authorization: Digest SECRET\r\n x=SECRET\r\nSubject: y\r\n"
    assert lines("Content-Type: message/sipfrag", body=body)[3:] == [
        "INVITE sip:a SIP/2.0",
        "Proxy-Authorization: (hidden)",
        "(hidden)",
        "Subject: y",
    ]


def test_media_keys_are_hidden() -> None:
    body = (
        b"v=0\r\nk=clear:SECRET\r\na=ice-pwd:SECRET\r\n"
        b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:SECRET|2^20|1:4;inline:SECRET|2^20|2:4 FEC_ORDER=FEC_SRTP\r\n"
        b"a=fingerprint:sha-256 AB:CD\r\n"
    )
    assert lines("Content-Type: application/sdp", body=body)[3:] == [
        "v=0",
        "k=(hidden)",
        "a=ice-pwd:(hidden)",
        "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:(hidden)|2^20|1:4;inline:(hidden)|2^20|2:4 FEC_ORDER=FEC_SRTP",
        "a=fingerprint:sha-256 AB:CD",
    ]


def test_a_binary_body_is_counted() -> None:
    assert lines("c: application/isup;x=y", body=b"\x01\x00")[-1] == "(2 bytes of application/isup)"
    assert lines(body=b"\x01\x00")[-1] == "(2 bytes of an unknown type)"


def test_the_readable_parts_of_a_multipart_body_are_shown() -> None:
    body = (
        b"--b\r\nContent-Type: application/sdp\r\n\r\nv=0\r\n"
        b"--b\r\nContent-Type: application/isup;base=x\r\n\r\n\x01\x02\x03\r\n"
        b"--b\r\n\x01\r\n--b--\r\n"
    )
    assert lines('c: multipart/mixed;boundary="b"', body=body)[2:] == [
        "",
        "--b",
        "Content-Type: application/sdp",
        "",
        "v=0",
        "--b",
        "Content-Type: application/isup;base=x",
        "",
        "(3 bytes of application/isup)",
        "--b",
        "(1 bytes of an unknown type)",
        "--b--",
    ]
