# Prints the golden values that come from R, one line each: name<TAB>inputs<TAB>outputs, numbers with 17 digits.
# Called by make_golden.py. Debian packages: r-base-core r-cran-survival.

suppressMessages(library(survival))

numbers <- function(x) paste(ifelse(is.na(x), "NA", formatC(x, digits = 17, format = "g")), collapse = " ")
emit <- function(name, inputs, outputs) cat(name, numbers(inputs), numbers(outputs), sep = "\t", fill = FALSE)
line <- function(...) { emit(...); cat("\n") }

sizes <- c(1, 2, 5, 10, 20, 50, 299, 1000)
counts_for <- function(n) unique(pmin(n, c(0, 1, 2, floor(n / 3), floor(n / 2), n - 1, n)))

# One proportion.
for (level in c(0.9, 0.95, 0.99)) for (n in sizes) for (k in counts_for(n)) {
  line("clopper_pearson", c(k, n, level), binom.test(k, n, conf.level = level)$conf.int)
  line("clopper_pearson_upper", c(k, n, level), binom.test(k, n, conf.level = level, alternative = "less")$conf.int[2])
  line("clopper_pearson_lower", c(k, n, level), binom.test(k, n, conf.level = level, alternative = "greater")$conf.int[1])
  line("wilson", c(k, n, level), suppressWarnings(prop.test(k, n, conf.level = level, correct = FALSE))$conf.int)
}
for (p in c(0.05, 0.3, 0.5)) for (n in sizes) for (k in counts_for(n))
  line("binomial_exact", c(k, n, p), binom.test(k, n, p)$p.value)
for (k in c(0, 1, 2, 7, 100, 5000)) for (exposure in c(0.5, 1, 1000))
  line("poisson_rate", c(k, exposure, 0.95), poisson.test(k, exposure)$conf.int)

# Two proportions.
pairs <- list()
for (n1 in c(1, 2, 5, 20, 50)) for (n2 in c(1, 5, 20, 100))
  for (k1 in counts_for(n1)) for (k2 in counts_for(n2)) pairs[[length(pairs) + 1]] <- c(k1, n1, k2, n2)
pairs <- c(pairs, list(c(30, 1000, 55, 1000), c(0, 1000, 6, 1000), c(500, 1000, 540, 1000), c(1, 3000, 12, 2500),
                       c(70000, 200000, 70900, 200000)))
for (p in pairs) {
  table <- matrix(c(p[1], p[2] - p[1], p[3], p[4] - p[3]), 2)
  line("fisher", p, c(fisher.test(table)$p.value, fisher.test(table, alternative = "less")$p.value,
                      fisher.test(table, alternative = "greater")$p.value))
}

# Many claims.
set.seed(1)
for (m in c(1, 2, 5, 30)) {
  p <- signif(runif(m)^3, 6)
  line("holm", p, p.adjust(p, "holm"))
}
line("holm", c(0.01, 0.01, 1, 0, 0.5), p.adjust(c(0.01, 0.01, 1, 0, 0.5), "holm"))

# Strata: k1 n1 k2 n2 of each in turn.
strata <- list(
  c(8, 20, 2, 20, 12, 30, 5, 30), c(1, 5, 0, 5, 2, 7, 1, 6, 0, 4, 0, 4), c(11, 20, 0, 20, 9, 18, 1, 21),
  c(5, 5, 1, 5, 3, 3, 3, 3, 2, 6, 1, 6), c(40, 100, 60, 120, 33, 90, 20, 80, 5, 10, 6, 12, 0, 3, 1, 3),
  c(200, 1000, 150, 1000, 180, 900, 170, 1100))
for (s in strata) {
  m <- matrix(s, 4)
  tables <- array(rbind(m[1, ], m[2, ] - m[1, ], m[3, ], m[4, ] - m[3, ]), c(2, 2, ncol(m)))
  with <- mantelhaen.test(tables)
  without <- mantelhaen.test(tables, correct = FALSE)
  exact <- mantelhaen.test(tables, exact = TRUE)
  line("cochran_mantel_haenszel", s, c(with$statistic, with$p.value, without$statistic, without$p.value,
                                       with$estimate, with$conf.int, exact$p.value))
}

# Trend: k n score of each row in turn.
trends <- list(
  c(0, 20, 1, 2, 20, 2, 6, 20, 4, 11, 20, 8, 11, 20, 16), c(5, 50, 1, 5, 50, 2, 5, 50, 3), c(1, 1, 1, 0, 1, 2),
  c(30, 100, 0, 10, 50, 1.5, 2, 40, 7), c(0, 10, 1, 10, 10, 2))
for (t in trends) {
  m <- matrix(t, 3)
  test <- suppressWarnings(prop.trend.test(m[1, ], m[2, ], m[3, ]))
  line("cochran_armitage", t, c(test$statistic, test$p.value))
}

# Nights: k n of each in turn.
nights <- list(c(25, 50, 30, 50, 22, 50, 28, 50), c(5, 50, 40, 50, 22, 50, 45, 50), c(10, 40, 30, 100, 8, 60))
for (g in nights) {
  m <- matrix(g, 2)
  test <- suppressWarnings(chisq.test(rbind(m[1, ], m[2, ] - m[1, ]), correct = FALSE))
  line("homogeneity", g, c(test$statistic, test$p.value))
}

# How many trials.
for (r in list(c(0.1, 0.3), c(0.55, 0.1), c(0, 0.2), c(0.5, 0.52), c(1, 0.7))) for (power in c(0.8, 0.9))
  line("trials_per_side", c(r, power),
       power.prop.test(p1 = min(r), p2 = max(r), power = power, tol = 1e-13)$n)

# Time to crash: time and 1 for crashed, in turn. Output: the steps (time, at risk, crashed, survival, error,
# low, high), then median, low, high.
set.seed(7)
samples <- list(c(1, 1), c(1, 0), c(3, 1, 3, 1, 5, 0, 8, 1), c(2, 1, 4, 1, 6, 1, 8, 1), c(2, 1, 4, 0, 6, 0, 8, 0),
                c(5, 1, 5, 0, 5, 1, 7, 1, 7, 0, 9, 0, 9, 1, 12, 0),
                as.vector(rbind(round(rexp(60, 1 / 400)) + 1, rbinom(60, 1, 0.6))))
for (s in samples) {
  m <- matrix(s, 2)
  fit <- survfit(Surv(m[1, ], m[2, ]) ~ 1, conf.type = "log-log")
  middle <- summary(fit)$table[c("median", "0.95LCL", "0.95UCL")]
  steps <- rbind(fit$time, fit$n.risk, fit$n.event, fit$surv, fit$std.err * fit$surv, fit$lower, fit$upper)
  line("kaplan_meier", s, c(as.vector(steps), middle))
}

# Competing ends: time and how it ended (0 censored, 1 crashed, 2 ended), in turn. cmprsk has the same estimate, and
# another variance; survival's is the delta method's.
set.seed(17)
ends <- list(c(1, 1, 2, 2, 2, 1, 3, 1, 4, 0, 4, 2, 5, 1, 6, 2, 7, 1, 8, 2, 9, 0, 10, 1),
             as.vector(rbind(round(rexp(60, 1 / 40)) + 1, sample(0:2, 60, replace = TRUE, prob = c(0.1, 0.4, 0.5)))),
             as.vector(rbind(rep(1000, 30), rep(c(2, 2, 1), 10))))
for (s in ends) {
  m <- matrix(s, 2)
  fit <- survfit(Surv(m[1, ], factor(m[2, ], 0:2)) ~ 1)
  line("aalen_johansen", s, as.vector(rbind(fit$time, fit$pstate[, 2], fit$std.err[, 2])))
}

# Strata: counted and trials of a and b, in turn; the Breslow-Day test with Tarone's correction, by its definition with the
# expected counts found as roots, beside the common difference and ratio.
strata <- list(c(10, 50, 5, 50, 20, 60, 9, 40), c(3, 20, 8, 25, 9, 30, 2, 30, 12, 40, 6, 35),
               c(30, 100, 10, 50, 90, 100, 480, 600))
for (s in strata) {
  m <- matrix(s, 4)
  k1 <- m[1, ]; n1 <- m[2, ]; k2 <- m[3, ]; n2 <- m[4, ]; n <- n1 + n2; k <- k1 + k2
  or <- sum(k1 * (n2 - k2) / n) / sum(k2 * (n1 - k1) / n)
  e <- mapply(function(n1, n2, k) uniroot(function(x) x * (n2 - k + x) - or * (n1 - x) * (k - x),
                                          c(max(0, k - n2), min(n1, k)), tol = 1e-14)$root, n1, n2, k)
  v <- 1 / (1 / e + 1 / (k - e) + 1 / (n1 - e) + 1 / (n2 - k + e))
  bd <- sum((k1 - e)^2 / v) - sum(k1 - e)^2 / sum(v)
  w <- n1 * n2 / n
  rd <- sum(w * (k1 / n1 - k2 / n2)) / sum(w)
  p <- sum((n1^2 * k2 - n2^2 * k1 + n1 * n2 * (n2 - n1) / 2) / n^2)
  q <- sum((k1 * (n2 - k2) + k2 * (n1 - k1)) / (2 * n))
  se <- sqrt(rd * p + q) / sum(w)
  rr <- sum(k1 * n2 / n) / sum(k2 * n1 / n)
  lv <- sqrt(sum((n1 * n2 * k - k1 * k2 * n) / n^2) / (sum(k1 * n2 / n) * sum(k2 * n1 / n)))
  z <- qnorm(0.975)
  line("strata_effects", s, c(bd, pchisq(bd, ncol(m) - 1, lower.tail = FALSE), rd, rd - z * se, rd + z * se, rr,
                              rr * exp(-z * lv), rr * exp(z * lv)))
}

# Curves compared: group, time, crashed, in turn.
set.seed(9)
for (groups in c(2, 3)) {
  n <- 40
  g <- rep(1:groups, length.out = n)
  time <- round(rexp(n, g / 300)) + 1
  crashed <- rbinom(n, 1, 0.7)
  test <- survdiff(Surv(time, crashed) ~ g)
  line("log_rank", as.vector(rbind(g, time, crashed)), c(test$chisq, pchisq(test$chisq, groups - 1, lower.tail = FALSE)))
}
