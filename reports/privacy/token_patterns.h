// How the keys of services begin, and how long they are at least.
//
// Facts (prefixes and lengths) of the rules of gitleaks v8.30.0, config/gitleaks.toml, written down anew,
// with shorter lengths where a key that was cut is private, too. Its notice:
//
// MIT License. Copyright (c) 2019 Zachary Rice
// Permission is hereby granted, free of charge, to any person obtaining a copy of this software and
// associated documentation files (the "Software"), to deal in the Software without restriction, including
// without limitation the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
// copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to the
// following conditions: The above copyright notice and this permission notice shall be included in all copies
// or substantial portions of the Software. THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND,
// EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A
// PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
// ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
// OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.

#pragma once

#include <cstddef>
#include <string_view>

namespace faultline {

struct TokenPattern {
  std::string_view service;
  std::string_view prefix;
  std::size_t least;  ///< Signs behind the prefix.
};

inline constexpr TokenPattern kTokenPatterns[] = {
    {"1Password", "ops_eyJ", 40},
    {"1Password", "A3-", 30},
    {"Adobe", "p8e-", 28},
    {"age", "AGE-SECRET-KEY-1", 40},
    {"Alibaba Cloud", "LTAI", 16},
    {"Anthropic", "sk-ant-", 16},
    {"Artifactory", "AKCp", 40},
    {"Artifactory", "cmVmd", 40},
    {"Atlassian", "ATATT3", 40},
    {"Atlassian", "ATCTT3", 40},
    {"AWS", "AKIA", 16},
    {"AWS", "ASIA", 16},
    {"AWS", "ABIA", 16},
    {"AWS", "ACCA", 16},
    {"AWS Bedrock", "ABSK", 60},
    {"Buildkite", "bkua_", 20},
    {"Clojars", "CLOJARS_", 30},
    {"Cloudflare", "v1.0-", 40},
    {"Databricks", "dapi", 30},
    {"DigitalOcean", "doo_v1_", 20},
    {"DigitalOcean", "dop_v1_", 20},
    {"DigitalOcean", "dor_v1_", 20},
    {"Docker", "dckr_pat_", 16},
    {"Doppler", "dp.pt.", 20},
    {"Duffel", "duffel_", 20},
    {"Dynatrace", "dt0c01.", 20},
    {"EasyPost", "EZAK", 40},
    {"EasyPost", "EZTK", 40},
    {"Facebook", "EAAC", 60},
    {"Facebook", "EAAM", 60},
    {"Figma", "figd_", 20},
    {"Flutterwave", "FLWSECK", 12},
    {"Fly.io", "fm2_", 40},
    {"Fly.io", "fo1_", 20},
    {"Frame.io", "fio-u-", 20},
    {"GitHub", "ghp_", 16},
    {"GitHub", "gho_", 16},
    {"GitHub", "ghu_", 16},
    {"GitHub", "ghs_", 16},
    {"GitHub", "ghr_", 16},
    {"GitHub", "github_pat_", 16},
    {"GitLab", "glpat-", 12},
    {"GitLab", "gldt-", 16},
    {"GitLab", "glrt-", 16},
    {"GitLab", "glptt-", 16},
    {"GitLab", "glcbt-", 16},
    {"Google", "AIza", 30},
    {"Google", "ya29.", 20},
    {"Google", "GOCSPX-", 20},
    {"Grafana", "glc_", 20},
    {"Grafana", "glsa_", 20},
    {"Groq", "gsk_", 20},
    {"Harness", "pat.", 40},
    {"HashiCorp Terraform", "atlasv1.", 30},
    {"HashiCorp Vault", "hvs.", 20},
    {"HashiCorp Vault", "hvb.", 40},
    {"Heroku", "HRKU-", 20},
    {"Hugging Face", "hf_", 16},
    {"Hugging Face", "api_org_", 20},
    {"Infracost", "ico-", 20},
    {"JSON Web Token", "eyJ", 30},
    {"Linear", "lin_api_", 20},
    {"MaxMind", "_mmk", 3},
    {"New Relic", "NRAK-", 20},
    {"New Relic", "NRJS-", 16},
    {"Notion", "ntn_", 20},
    {"npm", "npm_", 16},
    {"NVIDIA", "nvapi-", 20},
    {"Octopus Deploy", "API-", 26},
    {"OpenAI", "sk-", 16},
    {"OpenShift", "sha256~", 30},
    {"Perplexity", "pplx-", 20},
    {"PlanetScale", "pscale_tkn_", 20},
    {"PlanetScale", "pscale_oauth_", 20},
    {"PlanetScale", "pscale_pw_", 20},
    {"Postman", "PMAK-", 20},
    {"Prefect", "pnu_", 20},
    {"Pulumi", "pul-", 30},
    {"PyPI", "pypi-", 16},
    {"ReadMe", "rdme_", 30},
    {"Replicate", "r8_", 20},
    {"RubyGems", "rubygems_", 20},
    {"Sendgrid", "SG.", 20},
    {"Sendinblue", "xkeysib-", 30},
    {"Sentry", "sntrys_", 20},
    {"Sentry", "sntryu_", 20},
    {"Shippo", "shippo_live_", 20},
    {"Shippo", "shippo_test_", 20},
    {"Shopify", "shpat_", 20},
    {"Shopify", "shpca_", 20},
    {"Shopify", "shppa_", 20},
    {"Shopify", "shpss_", 20},
    {"Slack", "xoxb-", 10},
    {"Slack", "xoxp-", 10},
    {"Slack", "xoxa-", 10},
    {"Slack", "xoxe-", 10},
    {"Slack", "xoxs-", 10},
    {"Slack", "xapp-", 10},
    {"Sourcegraph", "sgp_", 20},
    {"Square", "sq0atp-", 16},
    {"Square", "EAAAE", 40},
    {"Stripe", "sk_live_", 12},
    {"Stripe", "sk_test_", 12},
    {"Stripe", "rk_live_", 12},
    {"Supabase", "sbp_", 20},
    {"Twilio", "SK0", 28},
    {"Weights & Biases", "wandb_", 16},
    {"Yandex", "AQVN", 30},
    {"Yandex", "YCAJE", 20},
};

/// Behind these an address goes on with what lets anybody write to a channel.
inline constexpr std::string_view kWebhookPrefixes[] = {
    "hooks.slack.com/services/",
    "hooks.slack.com/workflows/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    "outlook.office.com/webhook/",
    ".webhook.office.com/webhookb2/",
    "hooks.zapier.com/hooks/catch/",
    "api.telegram.org/bot",
    "chat.googleapis.com/v1/spaces/",
    "hooks.teams.microsoft.com/",
    "open.larksuite.com/open-apis/bot/v2/hook/",
    "maker.ifttt.com/trigger/",
};

}  // namespace faultline
