# Writes tests/golden/statistics_models.json: what R says of ranks, modes, models and sequences. Run as
#   Rscript --vanilla make_models_golden.R
# Debian packages: r-base-core r-cran-brglm2 r-cran-cmprsk r-cran-diptest. The tests only read the file.

suppressMessages({library(brglm2); library(cmprsk); library(diptest)})

here <- dirname(normalizePath(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE))))
rows <- list()
number <- function(x) ifelse(is.na(x), "null", ifelse(is.infinite(x), "\"inf\"", trimws(formatC(x, digits = 17, format = "g"))))
row <- function(name, input, output)
  rows[[name]] <<- c(rows[[name]], sprintf("{\"in\": [%s], \"out\": [%s]}", paste(number(input), collapse = ", "),
                                           paste(number(output), collapse = ", ")))

# Ranks: how many values the first side has, then all values.
set.seed(3)
for (sizes in list(c(1, 1), c(3, 4), c(5, 5), c(8, 20), c(49, 30), c(60, 70), c(5, 80))) for (factor in c(1, 1.3, 4)) {
  a <- signif(rexp(sizes[1]) + 0.1, 12) * factor
  b <- signif(rexp(sizes[2]) + 0.1, 12)
  row("rank_sum", c(length(a), a, b), wilcox.test(a, b)$p.value)
  if (max(sizes) < 50 && min(sizes) >= 3 && sum(sizes) >= 9) {
    test <- wilcox.test(log(a), log(b), conf.int = TRUE)
    row("rank_ratio", c(length(a), a, b), exp(c(test$estimate, test$conf.int)))
  }
  a <- round(a * 3); b <- round(b * 3)
  if (length(unique(c(a, b))) > 1)
    row("rank_sum", c(length(a), a, b), suppressWarnings(wilcox.test(a, b)$p.value))
}

# Modes.
set.seed(4)
for (n in c(4, 5, 10, 31, 100, 400)) {
  row("dip", (x <- signif(rnorm(n), 10)), dip(x))
  row("dip", (x <- signif(c(rnorm(n %/% 2), rnorm(n - n %/% 2, 6)), 10)), dip(x))
  row("dip", (x <- signif(runif(n)^3, 10)), dip(x))
  row("dip", (x <- round(rexp(n) * 4)), dip(x))
}

# Order within a run: the runs test (the exact one-sided one), the correlation of outcome and place, that of neighbours.
exact_runs <- function(x) {
  n1 <- sum(x); n2 <- sum(1 - x); runs <- length(rle(x)$lengths)
  pmf <- function(r) if (r %% 2 == 0) 2 * choose(n1 - 1, r / 2 - 1) * choose(n2 - 1, r / 2 - 1) else
    choose(n1 - 1, (r - 1) / 2) * choose(n2 - 1, (r - 3) / 2) + choose(n1 - 1, (r - 3) / 2) * choose(n2 - 1, (r - 1) / 2)
  sum(sapply(2:runs, pmf)) / choose(n1 + n2, n1)
}
set.seed(5)
for (n in c(6, 20, 60, 200)) for (p in c(0.1, 0.5)) for (stay in c(0, 0.7)) {
  x <- rbinom(n, 1, p)
  for (i in 2:n) if (runif(1) < stay) x[i] <- x[i - 1]
  if (sum(x) %in% c(0, n)) x[1] <- 1 - x[1]
  place <- cor(x, seq_len(n))
  row("order_tests", x, c(exact_runs(x), pchisq((n - 1) * place^2, 1, lower.tail = FALSE), acf(x, 1, plot = FALSE)$acf[2]))
}

# Events over nights: the quasi-Poisson dispersion and its test. Events and work of each night in turn.
for (nights in list(c(40, 10, 22, 10, 35, 12, 51, 9), c(10, 3, 12, 3, 9, 3), c(100, 7.5, 180, 12.25, 95, 8), c(7, 1, 60, 1))) {
  m <- matrix(nights, 2)
  fit <- glm(m[1, ] ~ 1, offset = log(m[2, ]), family = quasipoisson, control = glm.control(epsilon = 1e-14))
  factor <- max(1, summary(fit)$dispersion)
  statistic <- sum(residuals(fit, "pearson")^2)
  row("event_rate", nights, c(exp(coef(fit)), factor, pchisq(statistic, ncol(m) - 1, lower.tail = FALSE)))
}

# Logistic models with Firth's penalty. Input: how many factors, how many terms, the terms (how many factors, which, from 0),
# then each group: a value of every factor, counted, trials. Output: intercept, then coefficient, its p-value, and the ends of its
# interval by the profile of the penalized likelihood (of all columns, held or not).
penalized <- function(x, k, n, b) {
  eta <- drop(x %*% b); p <- plogis(eta)
  sum(k * eta + n * plogis(-eta, log.p = TRUE)) + 0.5 * determinant(t(x) %*% (x * (n * p * (1 - p))))$modulus[1]
}
profile_at <- function(x, k, n, b, j, value) {
  free <- setdiff(seq_along(b), j); b[j] <- value
  for (i in 1:300) {
    p <- plogis(drop(x %*% b)); w <- n * p * (1 - p); info <- t(x) %*% (x * w)
    h <- w * rowSums((x %*% solve(info)) * x)
    step <- drop(solve(info[free, free], (t(x) %*% (k - n * p + h * (0.5 - p)))[free]))
    scale <- min(1, 3 / max(abs(step)))
    while (penalized(x, k, n, replace(b, free, b[free] + scale * step)) < penalized(x, k, n, b) - 1e-10) scale <- scale / 2
    b[free] <- b[free] + scale * step
    if (max(abs(step)) < 1e-12) break
  }
  penalized(x, k, n, b)
}
model <- function(groups, terms, formula) {
  k <- groups$k; n <- groups$n
  x <- model.matrix(formula, groups)
  fit <- glm(cbind(k, n - k) ~ x - 1, family = binomial, method = "brglmFit", type = "AS_mean", epsilon = 1e-13, maxit = 10000)
  b <- unname(coef(fit)); best <- penalized(x, k, n, b); limit <- qchisq(0.95, 1); out <- b[1]
  for (j in seq_along(b)[-1]) {
    fall <- function(value) 2 * (best - profile_at(x, k, n, b, j, value)) - limit
    out <- c(out, b[j], pchisq(fall(0) + limit, 1, lower.tail = FALSE),
             uniroot(fall, c(b[j] - 12, b[j]), tol = 1e-12)$root, uniroot(fall, c(b[j], b[j] + 12), tol = 1e-12)$root)
  }
  factors <- setdiff(names(groups), c("k", "n"))
  input <- c(length(factors), length(terms), unlist(lapply(terms, function(t) c(length(t), t))))
  row("firth_logistic", c(input, as.vector(t(sapply(groups, function(g) as.numeric(as.character(g)))))), out)
}
two <- expand.grid(threads = factor(c(1, 2, 8)), lock = factor(0:1))
model(cbind(two, k = c(0, 5, 28, 0, 0, 3), n = c(50, 50, 50, 50, 48, 50)), list(0, 1), ~ threads + lock)
model(cbind(two, k = c(3, 9, 28, 2, 4, 3), n = c(50, 40, 50, 50, 48, 30)), list(0, 1, c(0, 1)), ~ threads * lock)
model(cbind(two, k = c(0, 0, 7, 0, 2, 0), n = c(10, 12, 9, 10, 10, 11)), list(0, 1), ~ threads + lock)
three <- expand.grid(a = factor(0:1), b = factor(0:2), c = factor(0:1))
model(cbind(three, k = c(1, 4, 2, 9, 6, 12, 0, 7, 5, 3, 8, 20), n = rep(c(20, 30, 25), 4)), list(0, 1, 2, c(0, 2)), ~ a + b + c + a:c)

lines <- sapply(sort(names(rows)), function(name)
  sprintf("  \"%s\": [\n    %s\n  ]", name, paste(rows[[name]], collapse = ",\n    ")))
writeLines(c("{", paste(lines, collapse = ",\n"), "}"), file.path(here, "../../golden/statistics_models.json"))
for (name in sort(names(rows))) cat(name, length(rows[[name]]), "\n")
