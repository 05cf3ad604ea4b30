<?php

declare(strict_types=1);

namespace Drupal\forewarn;

use Drupal\Core\Config\ConfigFactoryInterface;
use Drupal\Core\KeyValueStore\KeyValueFactoryInterface;
use Drupal\Core\Queue\QueueFactory;
use Drupal\node\NodeInterface;

/**
 * Checks nodes, and keeps for each what was found, by what, in which text.
 */
final class Checker {

  /**
   * Field types that hold text.
   */
  private const TEXTS = ['text', 'text_long', 'text_with_summary', 'string_long'];

  public function __construct(
    private readonly Client $client,
    private readonly ConfigFactoryInterface $config,
    private readonly KeyValueFactoryInterface $keyValue,
    private readonly QueueFactory $queue,
  ) {}

  /**
   * Whether nodes of this type are checked.
   */
  public function covers(NodeInterface $node): bool {
    return in_array($node->bundle(), $this->config->get('forewarn.settings')->get('types') ?? [], TRUE);
  }

  /**
   * Checks a node that was saved.
   *
   * Where there is no answer, the status says so and cron asks again.
   *
   * @return array<string, mixed>
   *   The status; see status().
   */
  public function check(NodeInterface $node): array {
    $status = $this->ask($node);
    if ($status['again']) {
      $this->queue->get('forewarn_recheck')->createItem(['node' => $node->id()]);
    }
    return $status;
  }

  /**
   * Asks Forewarn about a node, and keeps the status.
   *
   * @return array<string, mixed>
   *   The status; see status().
   */
  public function ask(NodeInterface $node): array {
    $before = $this->status($node);
    $answer = $this->client->classify($this->article($node), $before['etag'] ?? NULL);
    if ($answer->unchanged && $before !== NULL) {
      return $before;
    }
    $found = $answer->assessment ?? [];
    $status = [
      'verdict' => $answer->verdict,
      'reason' => $answer->reason,
      'again' => $answer->again,
      'etag' => $answer->etag,
      'severities' => array_map(static fn (array $label): int => $label['severity'], $found['labels'] ?? []),
      'checks' => array_column($found['checks'] ?? [], 'text'),
      'content_hash' => $found['content_hash'] ?? NULL,
      'versions' => $found['versions'] ?? [],
    ];
    $this->kept()->set((string) $node->id(), $status);
    return $status;
  }

  /**
   * The status of a node: verdict, reason, again, etag, severities, checks, content_hash, versions.
   *
   * @return array<string, mixed>|null
   *   NULL where the node was never asked about.
   */
  public function status(NodeInterface $node): ?array {
    return $this->kept()->get((string) $node->id());
  }

  /**
   * Forgets a node that was deleted.
   */
  public function forget(NodeInterface $node): void {
    $this->kept()->delete((string) $node->id());
  }

  /**
   * What an editor reads.
   *
   * @param array<string, mixed> $status
   *   A status.
   */
  public static function sentence(array $status): string {
    if ($status['verdict'] === 'not_checked') {
      return "Not checked, because {$status['reason']}";
    }
    $grades = [];
    foreach ($status['severities'] as $label => $severity) {
      $grades[] = "$label $severity";
    }
    return ucfirst($status['verdict']) . ': ' . implode(', ', $grades);
  }

  /**
   * A node as the body of POST /v1/classify; passages name the field they are in as block.
   *
   * @return array<string, mixed>
   *   The article.
   */
  public function article(NodeInterface $node): array {
    $blocks = [];
    foreach ($node->getFieldDefinitions() as $name => $definition) {
      if (!in_array($definition->getType(), self::TEXTS, TRUE) || str_starts_with($name, 'revision_')) {
        continue;
      }
      $form = $definition->getType() === 'string_long' ? 'text' : 'html';
      foreach ($node->get($name) as $item) {
        foreach (['summary', 'value'] as $property) {
          $text = (string) ($item->getValue()[$property] ?? '');
          if (trim($text) !== '') {
            $blocks[] = ['id' => $property === 'value' ? $name : "$name.$property", $form => $text];
          }
        }
      }
    }
    $article = ['id' => 'node-' . $node->id(), 'title' => (string) $node->label(), 'body' => $blocks];
    $language = $node->language()->getId();
    // Drupal's 'und' and 'zxx' say that nobody said.
    return in_array($language, ['und', 'zxx'], TRUE) ? $article : $article + ['language' => $language];
  }

  /**
   * Where statuses are kept.
   */
  private function kept(): object {
    return $this->keyValue->get('forewarn');
  }

}
