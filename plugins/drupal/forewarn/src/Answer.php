<?php

declare(strict_types=1);

namespace Drupal\forewarn;

/**
 * What Forewarn says of an article, or why it says nothing.
 */
final class Answer {

  /**
   * Keeps what was said.
   *
   * @param string $verdict
   *   'flagged', 'clear' or 'not_checked'; never 'clear' without an assessment.
   * @param string|null $reason
   *   Continues 'not checked, because'; NULL where the article was checked.
   * @param array<string, mixed>|null $assessment
   *   The whole answer; NULL where there is none.
   * @param string|null $etag
   *   To send along with the next save.
   * @param bool $again
   *   Whether asking again may help.
   * @param bool $unchanged
   *   Whether the answer to the last save still holds; nothing else is told.
   */
  public function __construct(
    public readonly string $verdict,
    public readonly ?string $reason = NULL,
    public readonly ?array $assessment = NULL,
    public readonly ?string $etag = NULL,
    public readonly bool $again = FALSE,
    public readonly bool $unchanged = FALSE,
  ) {}

  /**
   * The answer that there is none.
   */
  public static function none(string $reason, bool $again = TRUE): self {
    return new self('not_checked', $reason, again: $again);
  }

}
