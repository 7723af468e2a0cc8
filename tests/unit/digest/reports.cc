#include "tests/unit/digest/reports.h"

#include "absl/strings/str_replace.h"

namespace paperwire::digest {
namespace {

using Kind = MailReport::Kind;

constexpr char kId[] = "k2v9x.7@example.org";

std::string WithCrLf(const char* text) {
  return absl::StrReplaceAll(text, {{"\n", "\r\n"}});
}

constexpr char kPostfix[] = R"(Return-Path: <>
Date: Fri, 27 Nov 2026 08:00:03 +0000 (UTC)
From: MAILER-DAEMON@mx.example.org (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: digests@example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="4Xyz12ABCD.1795766403/mx.example.org"
Message-Id: <20261127080003.7D3A1@mx.example.org>

This is a MIME-encapsulated message.

--4Xyz12ABCD.1795766403/mx.example.org
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

What you sent was not delivered to one of its recipients.

<reader@example.net>: host mail.example.net[192.0.2.7] said: 550 5.1.1
    nobody is called so here (in reply to RCPT TO command)

--4Xyz12ABCD.1795766403/mx.example.org
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
X-Postfix-Queue-ID: 4Xyz12ABCD
X-Postfix-Sender: rfc822; digests@example.org
Arrival-Date: Fri, 27 Nov 2026 08:00:01 +0000 (UTC)

Final-Recipient: rfc822; reader@example.net
Original-Recipient: rfc822;Reader@example.net
Action: failed
Status: 5.1.1
Remote-MTA: dns; mail.example.net
Diagnostic-Code: smtp; 550 5.1.1 nobody is called so
    here

--4Xyz12ABCD.1795766403/mx.example.org
Content-Description: Undelivered Message
Content-Type: message/rfc822

From: Paperwire <digests@example.org>
To: reader@example.net
Subject: Diffusion models: 12 new
Message-ID: <k2v9x.7@example.org>
Content-Type: multipart/alternative; boundary="=_1"

--=_1
Content-Type: text/plain

Hello
--=_1--

--4Xyz12ABCD.1795766403/mx.example.org--
)";

// Its report names no status of its own but the general one.
constexpr char kExim[] = R"(Return-path: <>
X-Failed-Recipients: reader@example.net
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mx.example.org>
To: digests@example.org
References: <k2v9x.7@example.org>
Content-Type: multipart/report; report-type=delivery-status; boundary=1795766403-eximdsn-804289383
MIME-Version: 1.0
Subject: Mail delivery failed: returning message to sender
Message-Id: <E1vNabc-0001Qx-2B@mx.example.org>
Date: Fri, 27 Nov 2026 08:00:03 +0000

--1795766403-eximdsn-804289383
Content-type: text/plain; charset=us-ascii

Your message did not reach reader@example.net, and never will.

--1795766403-eximdsn-804289383
Content-type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Action: failed
Final-Recipient: rfc822;reader@example.net
Status: 5.0.0
Remote-MTA: dns; mail.example.net
Diagnostic-Code: smtp; 550-5.2.1 this mailbox was closed
 550 ask its owner

--1795766403-eximdsn-804289383
Content-type: text/rfc822-headers

Return-path: <digests@example.org>
Received: from app by mx.example.org with esmtp (Exim 4.96)
	id 1vNabc-0001Qx-1A for reader@example.net;
	Fri, 27 Nov 2026 08:00:02 +0000
From: Paperwire <digests@example.org>
Message-Id: <k2v9x.7@example.org>
To: reader@example.net

--1795766403-eximdsn-804289383--
)";

constexpr char kOldExim[] = R"(Return-path: <>
X-Failed-Recipients: reader@example.net
From: Mail Delivery System <Mailer-Daemon@mx.example.org>
To: digests@example.org
Subject: Mail delivery failed: returning message to sender
Date: Fri, 27 Nov 2026 08:00:03 +0000

Your message did not reach its recipient:

  reader@example.net
    SMTP error from remote mail server after RCPT TO:<reader@example.net>:
    host mail.example.net [192.0.2.7]: 550 5.1.1 <reader@example.net>: unknown

------ The message, with its header ------

Return-path: <digests@example.org>
From: Paperwire <digests@example.org>
Message-ID: <k2v9x.7@example.org>
To: reader@example.net

Hello
)";

// All in CRLF, base64 where it need not be, fields in its own spelling.
constexpr char kExchange[] = R"(From: <postmaster@contoso.example>
To: <digests@example.org>
Date: Fri, 27 Nov 2026 08:00:03 +0000
Content-Type: multipart/report; report-type="delivery-status";
	boundary="_f3e1a7c2-98d4-4a55-b8a1-3d2f5c6e7a80_"
Content-Language: en-US
Message-ID: <0a1b2c3d-4e5f@AM0PR01.contoso.example>
In-Reply-To: <k2v9x.7@example.org>
References: <k2v9x.7@example.org>
Subject: Undeliverable: Diffusion models: 12 new
Auto-Submitted: auto-replied
MIME-Version: 1.0

--_f3e1a7c2-98d4-4a55-b8a1-3d2f5c6e7a80_
Content-Type: multipart/alternative; differences=Content-Type;
	boundary="_inner_"

--_inner_
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

No reader at contoso.example.

--_inner_
Content-Type: text/html; charset="us-ascii"
Content-Transfer-Encoding: quoted-printable

<p>No reader at contoso.example.</p>

--_inner_--

--_f3e1a7c2-98d4-4a55-b8a1-3d2f5c6e7a80_
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

UmVwb3J0aW5nLU1UQTogZG5zO0FNMFBSMDEuY29udG9zby5leGFtcGxlDQpSZWNlaXZlZC1Gcm9t
LU1UQTogZG5zO214LmV4YW1wbGUub3JnDQoNCkZpbmFsLVJlY2lwaWVudDogUkZDODIyO3JlYWRl
ckBleGFtcGxlLm5ldA0KQWN0aW9uOiBGYWlsZWQNClN0YXR1czogNS4xLjEwDQpEaWFnbm9zdGlj
LUNvZGU6IHNtdHA7NTUwIDUuMS4xMCBubyByZWNpcGllbnQgb2YgdGhhdCBuYW1lDQo=

--_f3e1a7c2-98d4-4a55-b8a1-3d2f5c6e7a80_
Content-Type: message/rfc822

Received: from mx.example.org by AM0PR01.contoso.example;
 Fri, 27 Nov 2026 08:00:02 +0000
Message-ID: <k2v9x.7@example.org>
From: Paperwire <digests@example.org>
Content-Type: text/plain

--_f3e1a7c2-98d4-4a55-b8a1-3d2f5c6e7a80_--
)";

constexpr char kGmail[] = R"(MIME-Version: 1.0
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
To: digests@example.org
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
References: <k2v9x.7@example.org>
In-Reply-To: <k2v9x.7@example.org>
X-Failed-Recipients: reader@example.net
Message-ID: <67a1.170a0220.5e5c.1.GMR@mx.google.com>
Date: Fri, 27 Nov 2026 00:00:03 -0800 (PST)
Content-Type: multipart/report; boundary="0000000000001f"; report-type=delivery-status

--0000000000001f
Content-Type: multipart/related; boundary="000000000000bb"

--000000000000bb
Content-Type: multipart/alternative; boundary="000000000000cc"

--000000000000cc
Content-Type: text/plain; charset="UTF-8"

There is no such address.

--000000000000cc
Content-Type: text/html; charset="UTF-8"

<p>There is no such address.</p>

--000000000000cc--
--000000000000bb
Content-Type: image/png; name="icon.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--000000000000bb--
--0000000000001f
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.com
Received-From-MTA: dns; digests@example.org
Arrival-Date: Fri, 27 Nov 2026 00:00:02 -0800 (PST)
X-Original-Message-ID: <k2v9x.7@example.org>

Final-Recipient: rfc822; reader@example.net
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550-5.1.1 There is no such
 550-5.1.1 address. 550 5.1.1 See our help. - gsmtp
Last-Attempt-Date: Fri, 27 Nov 2026 00:00:03 -0800 (PST)

--0000000000001f
Content-Type: message/rfc822

DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=x; b=AAAA
X-Received: by 2002:a05 with SMTP id x; Fri, 27 Nov 2026 00:00:02 -0800
From: Paperwire <digests@example.org>
Message-ID: <k2v9x.7@example.org>

Hello
--0000000000001f--
)";

constexpr char kDelayed[] = R"(Return-Path: <>
Date: Fri, 27 Nov 2026 12:00:03 +0000
From: MAILER-DAEMON@mx.example.org
Subject: Delayed Mail (still being retried)
To: digests@example.org
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

It will be tried again.
--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; reader@example.net
Action: delayed
Status: 4.4.1
Diagnostic-Code: X-Postfix; connect to mail.example.net: timed out
Will-Retry-Until: Wed, 2 Dec 2026 08:00:01 +0000
--b1
Content-Type: text/rfc822-headers

Message-ID: <k2v9x.7@example.org>
--b1--
)";

constexpr char kGivenUp[] = R"(Date: Wed, 2 Dec 2026 08:00:03 +0000
From: MAILER-DAEMON@mx.example.org
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; reader@example.net
Action: failed
Status: 4.2.2
Diagnostic-Code: smtp; 452 4.2.2 the mailbox is full
--b1
Content-Type: text/rfc822-headers

Message-ID: <k2v9x.7@example.org>
--b1--
)";

constexpr char kDelivered[] = R"(Date: Fri, 27 Nov 2026 08:00:03 +0000
From: MAILER-DAEMON@mx.example.org
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org

Final-Recipient: rfc822; reader@example.net
Action: relayed (to a server that sends no reports)
Status: 2.1.9
--b1
Content-Type: text/rfc822-headers

Message-ID: <k2v9x.7@example.org>
--b1--
)";

// A list server put a footer around it.
constexpr char kWrapped[] = R"(Date: Fri, 27 Nov 2026 08:00:03 +0000
From: MAILER-DAEMON@mx.example.org
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: multipart/report; report-type=delivery-status; boundary=b1

--b1
Content-Type: message/global-delivery-status
Content-Transfer-Encoding: quoted-printable

Reporting-MTA: dns; mx.example.org

Final-Recipient: utf-8; reader@example.net
Action: failed
Status: 5.1.2
Diagnostic-Code: smtp; 550 unbekannt: =C3=BCberall
--b1
Content-Type: message/global-headers

Message-ID:
 <k2v9x.7@example.org>
--b1--
--b
Content-Type: text/plain

This message was scanned.
--b--
)";

constexpr char kComplaint[] = R"(From: <abuse@provider.example>
Date: Fri, 27 Nov 2026 09:00:03 +0000
Subject: FW: Diffusion models: 12 new
To: <digests@example.org>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report;
     boundary="part1_13d.2e68ed54_boundary"

--part1_13d.2e68ed54_boundary
Content-Type: text/plain; charset="US-ASCII"
Content-Transfer-Encoding: 7bit

This is a complaint about a message from 192.0.2.1.

--part1_13d.2e68ed54_boundary
Content-Type: message/feedback-report

Feedback-Type: abuse
User-Agent: Feedback/1.0
Version: 1
Original-Mail-From: <digests@example.org>
Original-Rcpt-To: <reader@example.net>
Source-IP: 192.0.2.1

--part1_13d.2e68ed54_boundary
Content-Type: message/rfc822
Content-Disposition: inline

Received: from mx.example.org by provider.example;
     Fri, 27 Nov 2026 08:00:03 +0000
From: <digests@example.org>
To: <undisclosed>
Subject: Diffusion models: 12 new
Message-ID: <k2v9x.7@example.org>

Hello
--part1_13d.2e68ed54_boundary--
)";

MailReport Expected(Kind kind, const char* recipient, const char* status,
                    const char* detail) {
  return {.kind = kind,
          .message_ids = {kId},
          .recipient = recipient,
          .status = status,
          .detail = detail};
}

}  // namespace

std::vector<SampleReport> SampleReports() {
  const std::string not_spam = absl::StrReplaceAll(
      kComplaint, {{"Feedback-Type: abuse", "Feedback-Type: not-spam"}});
  return {
      {"Postfix", kPostfix,
       Expected(Kind::kBounce, "Reader@example.net", "5.1.1",
                "550 5.1.1 nobody is called so here")},
      {"Exim", kExim,
       Expected(Kind::kBounce, "reader@example.net", "5.2.1",
                "550-5.2.1 this mailbox was closed 550 ask its owner")},
      {"old Exim", kOldExim,
       Expected(Kind::kBounce, "reader@example.net", "5.1.1",
                "host mail.example.net [192.0.2.7]: 550 5.1.1 "
                "<reader@example.net>: unknown")},
      {"Exchange", WithCrLf(kExchange),
       Expected(Kind::kBounce, "reader@example.net", "5.1.10",
                "550 5.1.10 no recipient of that name")},
      {"Gmail", WithCrLf(kGmail),
       Expected(Kind::kBounce, "reader@example.net", "5.1.1",
                "550-5.1.1 There is no such 550-5.1.1 address. 550 5.1.1 See "
                "our help. - gsmtp")},
      {"delayed", kDelayed,
       Expected(Kind::kDelay, "reader@example.net", "4.4.1",
                "connect to mail.example.net: timed out")},
      {"given up", kGivenUp,
       Expected(Kind::kDelay, "reader@example.net", "4.2.2",
                "452 4.2.2 the mailbox is full")},
      {"delivered", kDelivered, Expected(Kind::kNone, "", "", "")},
      {"wrapped", kWrapped,
       Expected(Kind::kBounce, "reader@example.net", "5.1.2",
                "550 unbekannt: überall")},
      {"complaint", kComplaint,
       Expected(Kind::kComplaint, "reader@example.net", "",
                "abuse, reported by Feedback/1.0")},
      {"not spam", not_spam, Expected(Kind::kNone, "", "", "")},
  };
}

}  // namespace paperwire::digest
