<?php

declare(strict_types=1);

namespace Drupal\forewarn\Plugin\QueueWorker;

use Drupal\Core\Entity\EntityTypeManagerInterface;
use Drupal\Core\Plugin\ContainerFactoryPluginInterface;
use Drupal\Core\Queue\QueueWorkerBase;
use Drupal\Core\Queue\SuspendQueueException;
use Drupal\forewarn\Checker;
use Drupal\node\NodeInterface;
use Symfony\Component\DependencyInjection\ContainerInterface;

/**
 * Asks again about nodes that were not answered.
 *
 * @QueueWorker(
 *   id = "forewarn_recheck",
 *   title = @Translation("Articles that Forewarn could not check"),
 *   cron = {"time" = 30}
 * )
 */
final class Recheck extends QueueWorkerBase implements ContainerFactoryPluginInterface {

  /**
   * Keeps what it works with.
   *
   * @param array<string, mixed> $configuration
   *   As for every plugin.
   * @param string $plugin_id
   *   As for every plugin.
   * @param mixed $plugin_definition
   *   As for every plugin.
   * @param \Drupal\forewarn\Checker $checker
   *   Checks nodes.
   * @param \Drupal\Core\Entity\EntityTypeManagerInterface $entities
   *   Loads nodes.
   */
  public function __construct(
    array $configuration,
    $plugin_id,
    $plugin_definition,
    private readonly Checker $checker,
    private readonly EntityTypeManagerInterface $entities,
  ) {
    parent::__construct($configuration, $plugin_id, $plugin_definition);
  }

  /**
   * {@inheritdoc}
   */
  public static function create(ContainerInterface $container, array $configuration, $plugin_id, $plugin_definition) {
    $services = [$container->get('forewarn.checker'), $container->get('entity_type.manager')];
    return new static($configuration, $plugin_id, $plugin_definition, ...$services);
  }

  /**
   * {@inheritdoc}
   */
  public function processItem($data) {
    $node = $this->entities->getStorage('node')->load($data['node']);
    if (!$node instanceof NodeInterface || !($this->checker->status($node)['again'] ?? FALSE)) {
      // Deleted, or answered since.
      return;
    }
    if ($this->checker->ask($node)['again']) {
      // The item goes back, and the others need not be tried now.
      throw new SuspendQueueException('Forewarn does not answer.');
    }
  }

}
