// A secret to sign the deliveries of a webhook with.

#ifndef PAPERWIRE_CLIENT_CPP_CLIENT_WEBHOOK_SECRET_H_
#define PAPERWIRE_CLIENT_CPP_CLIENT_WEBHOOK_SECRET_H_

#include <string>

namespace paperwire {

// "whsec_" and the base64 of 32 bytes from the operating system's source of
// secrets. For Webhook.secret, and for whoever receives: the server never
// returns it.
std::string MakeWebhookSecret();

}  // namespace paperwire

#endif  // PAPERWIRE_CLIENT_CPP_CLIENT_WEBHOOK_SECRET_H_
