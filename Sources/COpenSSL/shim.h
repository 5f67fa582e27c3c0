#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* Macros of OpenSSL, and calls that take stacks or variable arguments: Swift imports neither. */

static inline int copenssl_set_versions(SSL_CTX *context, int lowest, int highest) {
    return SSL_CTX_set_min_proto_version(context, lowest) == 1
        && SSL_CTX_set_max_proto_version(context, highest) == 1;
}

/* No renegotiation and no resumption: who comes again is verified again. Buffers are given back while idle. */
static inline void copenssl_set_manners(SSL_CTX *context) {
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
}

/* Whether the newest error says no more than that nothing begins any more. */
static inline int copenssl_is_end_of_pem(void) {
    unsigned long newest = ERR_peek_last_error();
    return ERR_GET_LIB(newest) == ERR_LIB_PEM && ERR_GET_REASON(newest) == PEM_R_NO_START_LINE;
}

/* Any certificate of the store is trusted, one that is not its own issuer, too: as etcd does. */
static inline int copenssl_trust_all_in(X509_STORE *store) {
    return X509_STORE_set_flags(store, X509_V_FLAG_PARTIAL_CHAIN) == 1;
}

static inline void copenssl_set_chain_bytes_max(SSL_CTX *context, long bytes) {
    SSL_CTX_set_max_cert_list(context, bytes);
}

/* Takes the reference over. */
static inline int copenssl_add_chain_certificate(SSL_CTX *context, X509 *certificate) {
    return SSL_CTX_add0_chain_cert(context, certificate) == 1;
}

static inline int copenssl_set_server_name(SSL *session, const char *name) {
    return SSL_set_tlsext_host_name(session, name) == 1;
}

/* Both protocols, the better one first. */
#define COPENSSL_PROTOCOLS "\x02h2\x08http/1.1"

static int copenssl_select_protocol(
    SSL *session, const unsigned char **selected, unsigned char *selected_length,
    const unsigned char *offered, unsigned int offered_length, void *context) {
    (void)session;
    (void)context;
    int result = SSL_select_next_proto(
        (unsigned char **)selected, selected_length, (const unsigned char *)COPENSSL_PROTOCOLS,
        sizeof(COPENSSL_PROTOCOLS) - 1, offered, offered_length);
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

static inline void copenssl_select_protocols(SSL_CTX *context) {
    SSL_CTX_set_alpn_select_cb(context, copenssl_select_protocol, NULL);
}

static inline int copenssl_offer_http2(SSL_CTX *context) {
    return SSL_CTX_set_alpn_protos(context, (const unsigned char *)"\x02h2", 3) == 0;
}

static inline void copenssl_retry_read(BIO *bytes) { BIO_set_retry_read(bytes); }

static inline void copenssl_clear_retry(BIO *bytes) { BIO_clear_retry_flags(bytes); }

static inline int copenssl_is_revoked(X509_CRL *list, X509 *certificate) {
    X509_REVOKED *entry = NULL;
    return X509_CRL_get0_by_cert(list, &entry, certificate) == 1;
}

/* The names of a certificate; NULL if it has none. */
static inline GENERAL_NAMES *copenssl_names(const X509 *certificate) {
    return X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
}

static inline int copenssl_name_count(const GENERAL_NAMES *names) {
    return sk_GENERAL_NAME_num(names);
}

static inline int copenssl_name_is_address(const GENERAL_NAMES *names, int index) {
    return sk_GENERAL_NAME_value(names, index)->type == GEN_IPADD;
}

/* The text of a DNS name; NULL if the name is of another kind. */
static inline const ASN1_STRING *copenssl_dns_name(const GENERAL_NAMES *names, int index) {
    const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, index);
    return name->type == GEN_DNS ? name->d.dNSName : NULL;
}

static inline EVP_PKEY *copenssl_make_key(void) {
    return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

static inline unsigned int copenssl_host_flags(void) {
    return X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS;
}

static inline void copenssl_free_text(unsigned char *text) { OPENSSL_free(text); }

/* Whether the other side speaks plain HTTP. */
static inline int copenssl_is_plain_http(unsigned long error) {
    return ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_HTTP_REQUEST;
}
