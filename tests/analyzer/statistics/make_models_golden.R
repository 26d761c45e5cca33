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

lines <- sapply(sort(names(rows)), function(name)
  sprintf("  \"%s\": [\n    %s\n  ]", name, paste(rows[[name]], collapse = ",\n    ")))
writeLines(c("{", paste(lines, collapse = ",\n"), "}"), file.path(here, "../../golden/statistics_models.json"))
for (name in sort(names(rows))) cat(name, length(rows[[name]]), "\n")
